"""`parley verify`: whether the words of each quotation stand in the text of their source."""
