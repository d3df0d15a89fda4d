"""Settings of a JupyterHub for this course. docs/jupyterhub.md tells how to use this file."""

c = get_config()  # noqa: F821

# The Unix accounts of the people who teach. Write yours here.
INSTRUCTORS = {"teacher"}
# Only they need nbgrader's pages for grading. The others see their assignments.
FOR_INSTRUCTORS = "nbgrader.server_extensions.formgrader"

# People log in with the password of their Unix account, and each server runs with that account. So
# the permissions of files decide who can read what.
c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.default_url = "/lab"

# This address is for one machine alone. For people elsewhere, put a web server with TLS in front.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"


def hide_grading(spawner):
    """Start the server of a student without nbgrader's pages for grading."""
    if spawner.user.name not in INSTRUCTORS:
        spawner.args = [f"--ServerApp.jpserver_extensions={FOR_INSTRUCTORS}=False"]


c.Spawner.pre_spawn_hook = hide_grading
