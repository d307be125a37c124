"""What Parley is measured with: `make bench`, `make bench SIZE=L`. Nothing here is a test."""
