"""Label values that regular expressions and quotes trip over, and an hour to ask about."""

START_S = 1_700_000_000 - 1_700_000_000 % 3600
END_S = START_S + 3600

VALUES = (
    "a",
    "b",
    "a.b|c(d)",
    "axb",
    "a+b*c?",
    "[x]{2}^$",
    'say "hi"',
    "back\\slash",
    "\\d",
    "näme ☃ 𝄞",
    "two\nlines",
    "'single' `tick`",
    "# no comment",
    "$x",
    " ",
    "A",
    "-",
)
