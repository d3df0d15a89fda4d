"""Settings of a JupyterHub for this course, on one machine where everybody has a Unix account.

docs/jupyterhub.md tells how to use this file.
"""

c = get_config()  # noqa: F821

# People log in with the password of their Unix account, and each server runs with that account. So
# the rights of files decide who can read what.
c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allow_all = True
c.PAMAuthenticator.open_sessions = False

# JupyterHub starts the server of each person in the person's home folder.
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.default_url = "/lab"

# For a hub that people reach through the internet, put a web server with TLS in front of it.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
