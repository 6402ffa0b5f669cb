// Package content is the library that ships with siteerror: Markdown files about
// status codes, posts and docs, and an archetype of each kind. README.md beside
// this file describes their format.
package content

import "embed"

// FS holds the shipped files.
//
//go:embed codes posts docs compare categories vendors snippets synonyms.yaml
var FS embed.FS

// Archetypes holds the skeletons of new pages, text/templates.
//
//go:embed archetypes
var Archetypes embed.FS
