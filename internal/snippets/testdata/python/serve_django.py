"""Serves every snippet, a Django view each."""
import glob
import importlib

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, SECRET_KEY="for this test", ALLOWED_HOSTS=["localhost"])
names = [name[:-3] for name in glob.glob("s[0-9]*.py")]
urlpatterns = [path(name + "/example", importlib.import_module(name).example) for name in names]
application = get_wsgi_application()
