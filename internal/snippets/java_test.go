//go:build snippets

package snippets

import (
	"fmt"
	"path/filepath"
	"testing"
)

// buildJava compiles each snippet in a package of its own, and a launcher.
func buildJava(t *testing.T, dir, class string, all []*snippet) (args []string) {
	files := []string{"-encoding", "UTF-8", "-d", "classes", "Launcher.java"}
	data(t, dir, "java/Launcher.java", "Launcher.java")
	args = []string{"-cp", "classes", "Launcher"}
	for _, s := range all {
		file := s.id + "/" + class + ".java"
		write(t, dir, file, "package "+s.id+";\n"+s.text)
		files = append(files, file)
		args = append(args, s.id+"."+class)
	}
	command(t, dir, "javac", files...)
	return args
}

func runJDK(t *testing.T, dir string, all []*snippet) {
	serve(t, dir, portsOf(all), "java", buildJava(t, dir, "Example", all)...)
}

func runHttpClient(t *testing.T, dir string, all []*snippet) {
	spread(t, all, command(t, dir, "java", buildJava(t, dir, "Client", all)...))
}

// springJars brings Spring and what it needs, and returns the folder of the jars.
func springJars(t *testing.T) string {
	return filepath.Join(packages(t, "spring", "spring/pom.xml", func(dir string) error {
		_, err := try(dir, "mvn", "--batch-mode", "--quiet", "dependency:copy-dependencies", "-DoutputDirectory=jars")
		return err
	}), "jars")
}

func runSpring(t *testing.T, dir string, all []*snippet) {
	classpath := springJars(t) + "/*"
	data(t, dir, "spring/Launcher.java", "Launcher.java")
	args := []string{"-encoding", "UTF-8", "-cp", classpath, "-parameters", "-d", "classes", "Launcher.java"}
	for _, s := range all {
		file := s.id + "/Example.java"
		write(t, dir, file, "package snippets."+s.id+";\n"+s.text)
		args = append(args, file)
	}
	command(t, dir, "javac", args...)
	port := onePort(all)
	serve(t, dir, []int{port}, "java", "-cp", "classes:"+classpath, "snippets.Launcher", fmt.Sprintf("--server.port=%d", port))
}
