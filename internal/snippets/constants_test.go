//go:build snippets

package snippets

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// Each prints a library's constants, a name and its number on a line. C# has none
// here; Rust's are held to the crate when runAxum compiles; Go's by a test of
// package library.
var constantsOf = map[string]struct {
	needs []tool
	print func(t *testing.T) string
}{
	"Python": {[]tool{python}, func(t *testing.T) string {
		return command(t, "", "python3", "-c", `from http import HTTPStatus
for name, status in HTTPStatus.__members__.items():
    print("HTTPStatus." + name, status.value)`)
	}},
	"Python (FastAPI)": {[]tool{python}, func(t *testing.T) string {
		return command(t, "", filepath.Join(venv(t), "python"), "-W", "ignore", "-c", `from starlette import status
for name in [*status.__all__, *status.__deprecated__]:
    print("status." + name, getattr(status, name))`)
	}},
	"Java (Servlet)": {[]tool{java, maven}, func(t *testing.T) string { return javaConstants(t, "HttpServletResponse.") }},
	"Java (Spring)":  {[]tool{java, maven}, func(t *testing.T) string { return javaConstants(t, "HttpStatus.") }},
	"Ruby (Rack)": {[]tool{rack}, func(t *testing.T) string {
		return command(t, "", "ruby", "-e", `require 'rack'; Rack::Utils::SYMBOL_TO_STATUS_CODE.except(:"(unused)").each { |name, code| puts "#{name.inspect} #{code}" }`)
	}},
	"PHP (Symfony)": {[]tool{php, laravel}, func(t *testing.T) string {
		return command(t, "", "php", "-r", `require 'Symfony/Component/HttpFoundation/autoload.php';
foreach ((new ReflectionClass('Symfony\Component\HttpFoundation\Response'))->getConstants() as $name => $code)
    if (is_int($code)) echo "Response::$name $code\n";`)
	}},
}

func javaConstants(t *testing.T, class string) string {
	all := command(t, "", "java", "-cp", springJars(t)+"/*", filepath.Join("testdata", "spring", "Constants.java"))
	var b strings.Builder
	for line := range strings.Lines(all) {
		if strings.HasPrefix(line, class) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// The constants that pages name are those of the libraries. A page may also have a
// name that a newer or an older version has, beside one that this version knows.
func TestConstants(t *testing.T) {
	install(t)
	cat, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	for language, library := range constantsOf {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			require(t, library.needs)
			number := map[string]string{}
			for line := range strings.Lines(library.print(t)) {
				if name, n, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
					number[name] = n
				}
			}
			has := map[string]bool{}
			for _, n := range number {
				has[n] = true
			}
			for _, code := range cat.Codes {
				if code.Vendor.Slug != "ietf" {
					continue
				}
				known := 0
				for _, k := range code.Constants {
					if n := number[k.Name]; k.Language == language && n == code.Code {
						known++
					} else if k.Language == language && n != "" {
						t.Errorf("%s is %s, not %s", k.Name, n, code.Code)
					}
				}
				if (known > 0) != has[code.Code] {
					t.Errorf("%s: %d of the page's names are the library's; has it one? %t", code.ID, known, has[code.Code])
				}
			}
		})
	}
}

// rustConstants are assertions that the compiler checks.
func rustConstants(t *testing.T) string {
	cat, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, code := range cat.Codes {
		for _, k := range code.Constants {
			if k.Language == "Rust (http)" {
				fmt.Fprintf(&b, "const _: () = assert!(axum::http::%s.as_u16() == %s);\n", k.Name, code.Code)
			}
		}
	}
	return b.String()
}
