// Runs the modules that are named on the command line, all in this process.
for (const file of process.argv.slice(2)) await import(file);
