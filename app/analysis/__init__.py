"""What no single entry says: proposals side by side, and who took which position on them."""
