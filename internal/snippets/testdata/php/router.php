<?php
// Runs the snippet that the path begins with, as a web server runs a script.
require __DIR__ . '/' . explode('/', $_SERVER['REQUEST_URI'])[1] . '.php';
