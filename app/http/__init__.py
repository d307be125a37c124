"""What stands in front of the routes and between them and HTTP; nothing here knows an entry."""
