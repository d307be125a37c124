"""The same answers as pages for people: templates, one stylesheet, few scripts."""
