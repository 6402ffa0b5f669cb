package feed

import "testing"

func TestAbsolute(t *testing.T) {
	const in = "See [502](/codes/502) and ![x](/files/x.png), [other](//host/x), [rel](a.md), [out](https://x.example/).\n" +
		"`[code](/codes/1)` and [after](/codes/2)\n[ref]: /codes/3 \"t\"\n> [quoted](/a)\n````md\n[code](/codes/4)\n```\n[code](/codes/5)\n````\n[last](/codes/6)"
	const want = "See [502](B/codes/502) and ![x](B/files/x.png), [other](//host/x), [rel](a.md), [out](https://x.example/).\n" +
		"`[code](/codes/1)` and [after](B/codes/2)\n[ref]: B/codes/3 \"t\"\n> [quoted](B/a)\n````md\n[code](/codes/4)\n```\n[code](/codes/5)\n````\n[last](B/codes/6)"
	if got := Absolute(in, "B"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := Absolute(in, ""); got != in {
		t.Errorf("without a base:\n%s", got)
	}
}
