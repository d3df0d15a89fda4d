"""What an instructor uses beside the marking: laying out a course, reports, exports."""
