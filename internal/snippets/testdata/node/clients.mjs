// Runs the modules that are named on the command line one after the other; the
// mark tells whose output begins.
for (const file of process.argv.slice(2)) {
  console.log("@@@ " + file.replace("./", "").replace(".mjs", ""));
  try {
    await import(file);
  } catch (err) {
    console.log(String(err), String(err.cause ?? ""));
  }
}
