"""Settings of nbgrader for this course. They belong into your course folder, next to source/.

`autograder course DIR --assignment 02-forward` writes a course folder with them. Then activate the
.venv of this repository and type, in the course folder:

    nbgrader generate_assignment 02-forward     # writes release/ and fills the gradebook
    nbgrader autograde 02-forward               # or the button in formgrader
    nbgrader generate_feedback 02-forward

Start Jupyter in the course folder too; otherwise formgrader may not find this file. If nbgrader
does not find this file, it runs students' code itself, without any protection. So look at the log
of the first run: it must have a line "points by the checks" for each student.
"""

c = get_config()  # noqa: F821

# nbgrader's default list, with MarkInSandbox instead of Execute, and SaveMarks instead of
# SaveAutoGrades. The entries are names, not imported classes: if an import failed here, nbgrader
# would skip the rest of this file and run students' code without protection. If it cannot find a
# name, it marks nothing.
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_plugin.MarkInSandbox",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.nbgrader_plugin.SaveMarks",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# MarkInSandbox reads what students hand in. With this line, nbgrader itself does not, so no damaged
# notebook can stop it.
c.Autograde.exporter_class = "autograder.nbgrader_plugin.ReadNothing"

# Assignments that are not from this course are refused, because nbgrader would run them with your
# own rights: a student's code could read other submissions and change the gradebook. If you accept
# this risk for some assignments, name them here.
# c.MarkInSandbox.stock_assignments = ["my-assignment"]

# The inputs of the checks come in several versions, which are computed from the secret in this
# file. The first run creates it, and `autograder grade` uses it too. Do not give it to students,
# and do not delete it: with another secret, a second run may show students other examples.
# c.MarkInSandbox.seed_file = ".autograder-seed"

# This is needed only if students submit through nbgrader's exchange.
# c.CourseDirectory.course_id = "backpropagation"

# For one instructor the default is enough, a file gradebook.db. If several instructors work at the
# same time, create a PostgreSQL database and name it here.
# c.CourseDirectory.db_url = "postgresql://user:password@host/gradebook"
