"""Verdicts on runs as people and machines read them: terminal, Markdown, JUnit, HTML."""
