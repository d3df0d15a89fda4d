"""The contents of a gradebook as lists of rows, so that tests can compare two gradebooks."""

from nbgrader.api import Gradebook


def rows(url, assignment, students=None):
    """Return all rows of an assignment in the gradebook, without keys and times."""
    found = []
    with Gradebook(url) as gradebook:
        for cell in gradebook.find_notebook(assignment, assignment).source_cells:
            found.append((cell.name, cell.cell_type, cell.locked, cell.source, cell.checksum))
        for submission in gradebook.assignment_submissions(assignment):
            if students is None or submission.student.id in students:
                for notebook in submission.notebooks:
                    found += notebook_rows((submission.student.id, notebook.name), notebook)
    return sorted(found, key=repr)


def notebook_rows(whose, notebook):
    """Return the row of one student's notebook and the rows of its grades and comments."""
    found = [(*whose, notebook.flagged, notebook.late_submission_penalty)]
    for grade in notebook.grades:
        score = (grade.auto_score, grade.manual_score, grade.max_score_gradecell)
        found.append((*whose, grade.name, *score, grade.needs_manual_grade, grade.failed_tests))
    for comment in notebook.comments:
        found.append((*whose, comment.name, comment.comment))
    return found
