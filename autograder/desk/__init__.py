"""The work of the instructor's commands: course folders, feedback, reports, exports."""
