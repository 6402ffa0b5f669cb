package main

import (
	"fmt"
	"io"
	"strings"
	"text/template"
	"time"
)

// manPage is a page of man(7).
const manPage = `.TH {{.ID | upper | text}} 1 "{{.Date}}" "{{.Version | text}}"
.SH NAME
{{.ID | text}} \- {{.Short | text}}
.SH SYNOPSIS
.B {{.Usage | text}}
.SH DESCRIPTION
{{or .Long .Short | paragraphs}}
{{- if .Flags}}
.SH OPTIONS
{{- range .Flags}}
.TP
.BR {{printf "--%s" .Name | text}}{{if ne .Type "bool"}} " \fI{{.Type | text}}\fR"{{end}}
{{.Says | text}}.
{{- if and .Default (ne .Default "false") (ne .Default "[]")}} Default: {{.Default | text}}.{{end}} Variable: {{.Variable | text}}.
{{- end}}
{{- end}}
{{- with .Example}}
.SH EXAMPLES
.nf
{{. | text}}
.fi
{{- end}}
.SH SEE ALSO
{{range $i, $o := .Others}}{{if $i}},
{{end}}.BR {{$o | text}} (1){{end}}
`

// writeMan writes the page of the command e. Others are those it leads to.
func writeMan(w io.Writer, e manualEntry, others []string, date time.Time) error {
	t := template.Must(template.New("man").Funcs(template.FuncMap{
		"text": roff, "upper": strings.ToUpper,
		"paragraphs": func(s string) string {
			parts := strings.Split(strings.TrimSpace(s), "\n\n")
			for i, part := range parts {
				if parts[i] = roff(part); strings.HasPrefix(part, "\t") {
					parts[i] = ".nf\n" + strings.ReplaceAll(parts[i], "\t", "    ") + "\n.fi"
				}
			}
			return strings.Join(parts, "\n.PP\n")
		},
	}).Parse(manPage))
	return t.Execute(w, struct {
		manualEntry
		ID, Date, Version string
		Others            []string
	}{e, manID(e.Name), date.Format(time.DateOnly), "siteerror " + version(), others})
}

// manID is the name of a command's page.
func manID(command string) string { return strings.ReplaceAll(command, " ", "-") }

// roff is plain text as man(7) reads it.
func roff(s string) string {
	lines := strings.Split(strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

// manPages calls write for the page of every command, with those it leads to.
func manPages(all []manualEntry, write func(e manualEntry, others []string) error) error {
	for _, e := range all {
		parent := e.Name[:max(strings.LastIndexByte(e.Name, ' '), 0)]
		var others []string
		for _, o := range all {
			if o.Name == parent || strings.HasPrefix(o.Name, e.Name+" ") && !strings.Contains(o.Name[len(e.Name)+1:], " ") {
				others = append(others, manID(o.Name))
			}
		}
		if err := write(e, others); err != nil {
			return fmt.Errorf("the page of %s: %w", e.Name, err)
		}
	}
	return nil
}
