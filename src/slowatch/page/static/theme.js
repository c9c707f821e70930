// Runs before anything is drawn, so that a chosen theme does not flash up as the other one, nor
// filters that are to be folded.
"use strict";
document.documentElement.classList.add("js");
try {
  const theme = localStorage.getItem("slowatch-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage there is no choice to remember.
}
