"""Serves every snippet, a FastAPI application each; the path begins with its module's name."""
import glob
import importlib

apps = {name[:-3]: importlib.import_module(name[:-3]).app for name in glob.glob("s[0-9]*.py")}


async def application(scope, receive, send):
    await apps[scope["path"].split("/")[1]](scope, receive, send)
