"""What is read in an article: boilerplate, title, date, source, who, where and when."""

from index.enrich.article import enrich

__all__ = ["enrich"]
