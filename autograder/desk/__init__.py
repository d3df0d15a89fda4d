"""The modules behind the instructor's commands: course folders, feedback, reports, exports."""
