"""Mark all answers to one question for a person, on a page that this machine serves to itself."""
