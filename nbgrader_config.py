"""nbgrader for this course. Copy this file into your course folder, beside source/ and submitted/.

Setting up, in the environment of this course and in the course folder:

    cp -r THIS_REPOSITORY/solutions/notebooks source
    nbgrader generate_assignment 02-forward     # writes release/ and fills the gradebook
    nbgrader autograde 02-forward               # or the button in formgrader
    nbgrader generate_feedback 02-forward

Start Jupyter in the course folder too, or formgrader may not find this file. Where nbgrader does
not find it, it runs students' code itself, unprotected: at the first run, look for a line
"points by the checks" for each student.
"""

c = get_config()  # noqa: F821

# nbgrader's own list, with MarkInSandbox for Execute. Names, not imports: where an import fails,
# nbgrader skips the rest of this file and goes on as if it were not there; where a name cannot be
# found, nothing is marked.
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_plugin.MarkInSandbox",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Assignments of your own are refused, because nbgrader runs them with all that you may do: a
# student's code can read the other submissions and write the gradebook. Name those where you accept
# that.
# c.MarkInSandbox.stock_assignments = ["my-assignment"]

# Inputs differ for each student and come from this secret, which is made at the first run and which
# `autograder grade` uses too. Keep it from students, and keep it: with another one, a second run may
# show other examples.
# c.MarkInSandbox.seed_file = ".autograder-seed"

# Needed only if students hand in through nbgrader's exchange.
# c.CourseDirectory.course_id = "backpropagation"

# One file, gradebook.db, is enough for one instructor; for several at a time, make a database first.
# c.CourseDirectory.db_url = "postgresql://user:password@host/gradebook"
