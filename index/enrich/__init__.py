"""What is read in an article; `article.enrich` is the way in, the rest is imported singly."""
