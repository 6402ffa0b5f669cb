"""Serves every snippet, a Flask application each; the path begins with its module's name."""
import glob
import importlib

apps = {name[:-3]: importlib.import_module(name[:-3]).app for name in glob.glob("s[0-9]*.py")}


def application(environ, start_response):
    return apps[environ["PATH_INFO"].split("/")[1]](environ, start_response)
