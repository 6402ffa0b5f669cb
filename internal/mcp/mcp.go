// Package mcp offers the library to agents as tools, resources and prompts of the
// Model Context Protocol, over streamable HTTP and over stdio.
package mcp

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"siteerror/index"
	"siteerror/internal/catalog"
	"siteerror/internal/checker"
	"siteerror/internal/diagnose"
	"siteerror/internal/feed"
	"siteerror/internal/library"
)

// maxBody is the size of one message in bytes.
const maxBody = 1 << 20

// Config is what the tools work with.
type Config struct {
	Library *library.Library
	Checker *checker.Checker // nil: there is no tool check_url
	Site    feed.Site        // for links
	BaseURL string           // where the operator has said it: then its host is the only one answered
	Version string
	Log     *slog.Logger
	// Problem writes an error of HTTP, RFC 9457 style; nil: as plain text. Errors of the
	// protocol itself are JSON-RPC's.
	Problem func(w http.ResponseWriter, r *http.Request, status int, detail string)
}

// allowed are the methods that /mcp answers: there is no stream to GET and no
// session to DELETE.
const allowed = "POST, OPTIONS"

// New returns the handler of /mcp. It keeps no sessions, so that there is none
// to guess, to hold open or to run out of. A page of another site is refused,
// and so is a Host that is not this server's (DNS rebinding).
func New(cfg Config) http.Handler {
	if cfg.Problem == nil {
		cfg.Problem = func(w http.ResponseWriter, _ *http.Request, status int, detail string) { http.Error(w, detail, status) }
	}
	// Made for the first message: the tools' schemas are a good part of a start, and most starts end without one.
	h := sync.OnceValue(func() http.Handler {
		srv := newServer(cfg)
		return sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return srv }, &sdk.StreamableHTTPOptions{
			Stateless: true, JSONResponse: true, MaxRequestBodyBytes: maxBody, PropagateRequestCancellation: true,
		})
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ownOrigin(r, cfg.BaseURL) {
			cfg.Problem(w, r, http.StatusForbidden, "This request comes from another site's page, or names a host that is not this server's.")
			return
		}
		switch {
		case r.Method == http.MethodOptions:
			w.Header().Set("Allow", allowed)
			w.WriteHeader(http.StatusNoContent)
		case r.Method != http.MethodPost:
			w.Header().Set("Allow", allowed)
			cfg.Problem(w, r, http.StatusMethodNotAllowed, "This address answers "+allowed+": messages of the Model Context Protocol, one a request.")
		case r.ContentLength > maxBody: // said before the body is sent, where the client asked
			cfg.Problem(w, r, http.StatusRequestEntityTooLarge, fmt.Sprintf("A message is at most %d bytes.", maxBody))
		default:
			f := &failure{ResponseWriter: w}
			h().ServeHTTP(f, r)
			if f.status != 0 {
				cfg.Problem(w, r, f.status, strings.TrimSpace(f.text.String()))
			}
		}
	})
}

// failure holds back an error that the SDK writes as plain text.
type failure struct {
	http.ResponseWriter
	status int // 0: none
	text   strings.Builder
}

func (f *failure) WriteHeader(status int) {
	if status >= 400 && strings.HasPrefix(f.Header().Get("Content-Type"), "text/plain") {
		f.status = status
		return
	}
	f.ResponseWriter.WriteHeader(status)
}

func (f *failure) Write(b []byte) (int, error) {
	if f.status != 0 {
		return f.text.Write(b)
	}
	return f.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (f *failure) Unwrap() http.ResponseWriter { return f.ResponseWriter }

// ownOrigin reports whether a request may come from where it says it does: not
// from a page of another site, and to a host that is an address, localhost, or
// the one the operator has named.
func ownOrigin(r *http.Request, baseURL string) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	own := ""
	if u, err := url.Parse(baseURL); err == nil {
		own = u.Hostname()
	}
	if host != "localhost" && net.ParseIP(host) == nil && (own == "" || !strings.EqualFold(host, own)) {
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Host == r.Host || own != "" && strings.EqualFold(u.Hostname(), own))
}

// Run serves one client over a pair of streams, as `siteerror mcp` does, until
// the client leaves or ctx is done.
func Run(ctx context.Context, cfg Config, in io.ReadCloser, out io.WriteCloser) error {
	return newServer(cfg).Run(ctx, &sdk.IOTransport{Reader: in, Writer: out})
}

// tools holds what the handlers share.
type tools struct{ cfg Config }

func newServer(cfg Config) *sdk.Server {
	t := &tools{cfg}
	s := sdk.NewServer(&sdk.Implementation{Name: "siteerror", Title: "HTTP status codes", Version: cfg.Version}, &sdk.ServerOptions{
		Instructions: "A library about HTTP status codes, registered ones and vendors' own. Search with plain words or a pasted log line, then read the page by its id. diagnose says which hop produced an error.",
		Logger:       cfg.Log,
	})
	readOnly := func(title string, open bool) *sdk.ToolAnnotations {
		return &sdk.ToolAnnotations{Title: title, ReadOnlyHint: true, IdempotentHint: true, OpenWorldHint: &open}
	}
	sdk.AddTool(s, &sdk.Tool{Name: "search", Description: "Find pages by number, name, symptom, header or log line. The best hit comes first.", Annotations: readOnly("Search", false)}, t.search)
	sdk.AddTool(s, &sdk.Tool{Name: "read_page", Description: "Read a page as Markdown by the id of a hit: 502, nginx-499, iis-404.13, a post's slug, a doc's path.", Annotations: readOnly("Read a page", false)}, t.read)
	sdk.AddTool(s, &sdk.Tool{Name: "compare", Description: "Compare two to four codes point by point: meaning, who acts, retry, cache, headers.", Annotations: readOnly("Compare codes", false)}, t.compare)
	sdk.AddTool(s, &sdk.Tool{Name: "diagnose", Description: "Say which hop produced an error, from log lines, response headers, curl -v output, an error page or a client's message. Nothing is kept.", Annotations: readOnly("Diagnose evidence", false)}, t.diagnose)
	if cfg.Checker != nil {
		sdk.AddTool(s, &sdk.Tool{Name: "check_url", Description: "Fetch a public URL hop by hop and say what it answers.", Annotations: readOnly("Check a URL", true)}, t.check)
	}
	s.AddResourceTemplate(&sdk.ResourceTemplate{
		Name: "code", Title: "Status code page", Description: "The page of a status code by its id", MIMEType: "text/markdown", URITemplate: "siteerror://codes/{id}",
	}, t.resource)
	s.AddPrompt(&sdk.Prompt{
		Name: "explain_status", Title: "Explain a status code", Description: "Explain a code to a developer: meaning, causes, fix",
		Arguments: []*sdk.PromptArgument{{Name: "code", Description: "a code or id, such as 502 or nginx-499", Required: true}},
	}, t.explain)
	s.AddPrompt(&sdk.Prompt{
		Name: "triage_log", Title: "Triage a log excerpt", Description: "Find out which hop failed and what to check next",
		Arguments: []*sdk.PromptArgument{{Name: "log", Description: "the excerpt", Required: true}},
	}, t.triage)
	return s
}

type searchIn struct {
	Query    string `json:"query" jsonschema:"words, a number, or a pasted log line"`
	Kind     string `json:"kind,omitempty" jsonschema:"code, post or doc"`
	Category string `json:"category,omitempty" jsonschema:"category slug, such as server-error"`
	Vendor   string `json:"vendor,omitempty" jsonschema:"vendor slug, such as nginx"`
	Limit    int    `json:"limit,omitempty" jsonschema:"at most this many hits, 1 to 20; 5 if left out"`
}

type searchOut struct {
	Total      int    `json:"total"`
	Hits       []hit  `json:"hits"`
	DidYouMean string `json:"did_you_mean,omitempty"`
}

type hit struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
	URL     string `json:"url"`
}

func (t *tools) search(ctx context.Context, _ *sdk.CallToolRequest, in searchIn) (*sdk.CallToolResult, searchOut, error) {
	snap, release := t.cfg.Library.Acquire()
	defer release()
	req := index.Request{Text: in.Query, Limit: min(max(in.Limit, 1), 20)}
	if in.Limit == 0 {
		req.Limit = 5
	}
	for _, f := range []struct {
		name, value string
		to          *[]string
	}{{"kind", in.Kind, &req.Kinds}, {"category", in.Category, &req.Categories}, {"vendor", in.Vendor, &req.Vendors}} {
		if f.value != "" {
			*f.to = []string{f.value}
		}
	}
	res, err := snap.Index.Search(ctx, req)
	if err != nil {
		return nil, searchOut{}, err
	}
	out := searchOut{Total: res.Total, Hits: []hit{}, DidYouMean: res.DidYouMean}
	var text strings.Builder
	for _, h := range res.Hits {
		p, _ := snap.Page(h.ID)
		if p == nil {
			continue
		}
		found := hit{ID: p.ID, Kind: string(p.Kind), Title: p.Title, Summary: p.Summary, URL: t.cfg.Site.URL + p.Path}
		if h.Section.Anchor != "" {
			found.URL += "#" + h.Section.Anchor
		}
		out.Hits = append(out.Hits, found)
		fmt.Fprintf(&text, "- [%s](%s) (id %s): %s\n", found.Title, found.URL, found.ID, found.Summary)
	}
	if len(out.Hits) == 0 {
		text.WriteString("No page was found.")
	}
	return textResult(text.String()), out, nil
}

type readIn struct {
	ID string `json:"id" jsonschema:"the id of a page: 502, nginx-499, iis-404.13, a post's slug, a doc's path"`
}

type readOut struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	URL      string `json:"url"`
	Markdown string `json:"markdown"`
}

func (t *tools) read(_ context.Context, _ *sdk.CallToolRequest, in readIn) (*sdk.CallToolResult, readOut, error) {
	snap, release := t.cfg.Library.Acquire()
	defer release()
	out, err := t.markdown(snap.Catalog, in.ID)
	if err != nil {
		return nil, readOut{}, err
	}
	return textResult(out.Markdown), out, nil
}

func (t *tools) markdown(c *catalog.Catalog, id string) (readOut, error) {
	if code, path, err := c.Find(id); err == nil {
		return readOut{code.ID, code.Title, t.cfg.Site.URL + path, feed.CodeMarkdown(code, t.cfg.Site)}, nil
	}
	if codes := c.ByNumber(id); len(codes) == 1 {
		return readOut{codes[0].ID, codes[0].Title, t.cfg.Site.URL + codes[0].Path, feed.CodeMarkdown(codes[0], t.cfg.Site)}, nil
	}
	if post, err := c.Post(id); err == nil {
		return readOut{post.ID, post.Title, t.cfg.Site.URL + post.Path, feed.PageMarkdown(post.Page, t.cfg.Site)}, nil
	}
	doc, err := c.Doc(id)
	if err != nil {
		return readOut{}, fmt.Errorf("there is no page %q: search for it first", id)
	}
	return readOut{doc.ID, doc.Title, t.cfg.Site.URL + doc.Path, feed.PageMarkdown(doc.Page, t.cfg.Site)}, nil
}

type compareIn struct {
	IDs []string `json:"ids" jsonschema:"two to four ids, such as 401 and 403"`
}

type compareOut struct {
	URL    string  `json:"url"`
	Points []point `json:"points"`
}

type point struct {
	Label  string            `json:"label"`
	Same   bool              `json:"same"`
	Values map[string]string `json:"values"`
}

func (t *tools) compare(_ context.Context, _ *sdk.CallToolRequest, in compareIn) (*sdk.CallToolResult, compareOut, error) {
	snap, release := t.cfg.Library.Acquire()
	defer release()
	cmp, err := snap.Catalog.Compare(in.IDs)
	if err != nil {
		return nil, compareOut{}, err
	}
	out := compareOut{URL: t.cfg.Site.URL + cmp.Path}
	for _, p := range cmp.Points {
		row := point{Label: p.Label, Same: p.Same, Values: map[string]string{}}
		for i, cell := range p.Cells {
			row.Values[cmp.Codes[i].ID] = cell.Text
		}
		out.Points = append(out.Points, row)
	}
	return textResult(feed.CompareMarkdown(cmp, t.cfg.Site)), out, nil
}

type diagnoseIn struct {
	Text string `json:"text" jsonschema:"log lines, response headers, curl -v output, an error page or a client's message"`
}

func (t *tools) diagnose(ctx context.Context, _ *sdk.CallToolRequest, in diagnoseIn) (*sdk.CallToolResult, *diagnose.Report, error) {
	snap, release := t.cfg.Library.Acquire()
	defer release()
	engine, err := snap.Diagnoser()
	if err != nil {
		return nil, nil, err
	}
	report := engine.Diagnose(ctx, []byte(in.Text))
	var text strings.Builder
	for i := range report.Findings {
		f := &report.Findings[i]
		if _, path, err := snap.Catalog.Find(f.ID); err == nil {
			f.URL = t.cfg.Site.URL + path
		}
		fmt.Fprintf(&text, "- [%s](%s), %s: spoken by %s. %s\n", f.Title, f.URL, f.Confidence, f.Emitter, f.Why)
	}
	if len(report.Findings) == 0 {
		text.WriteString("Nothing in the text could be placed.")
	}
	return textResult(text.String()), report, nil
}

type checkIn struct {
	URL string `json:"url" jsonschema:"an http or https URL of a public server"`
}

func (t *tools) check(ctx context.Context, _ *sdk.CallToolRequest, in checkIn) (*sdk.CallToolResult, *checker.Report, error) {
	report, err := t.cfg.Checker.Check(ctx, checker.Request{URL: in.URL, Client: "0.0.0.0"})
	if err != nil {
		return nil, nil, err
	}
	return textResult(report.Verdict), report, nil
}

func (t *tools) resource(_ context.Context, req *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
	snap, release := t.cfg.Library.Acquire()
	defer release()
	id, _ := strings.CutPrefix(req.Params.URI, "siteerror://codes/")
	code, _, err := snap.Catalog.Find(id)
	if err != nil {
		return nil, sdk.ResourceNotFoundError(req.Params.URI)
	}
	return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{{
		URI: req.Params.URI, MIMEType: "text/markdown", Text: feed.CodeMarkdown(code, t.cfg.Site),
	}}}, nil
}

func (t *tools) explain(_ context.Context, req *sdk.GetPromptRequest) (*sdk.GetPromptResult, error) {
	snap, release := t.cfg.Library.Acquire()
	defer release()
	p, err := t.markdown(snap.Catalog, req.Params.Arguments["code"])
	if err != nil {
		return nil, err
	}
	return prompt("Explain "+p.Title+" to a developer who has just met it: what it means, the likeliest causes, how to prove which one it is, and the fix. Use only this page, and name it as your source.\n\n"+p.Markdown, p.Title), nil
}

func (t *tools) triage(_ context.Context, req *sdk.GetPromptRequest) (*sdk.GetPromptResult, error) {
	return prompt("Call the tool diagnose with the excerpt below, then read_page for its first finding. Say which hop failed, how sure that is, and what to run next.\n\n"+diagnose.Mask(req.Params.Arguments["log"]), "Triage"), nil
}

func prompt(text, description string) *sdk.GetPromptResult {
	return &sdk.GetPromptResult{Description: description, Messages: []*sdk.PromptMessage{{Role: "user", Content: &sdk.TextContent{Text: text}}}}
}

func textResult(text string) *sdk.CallToolResult {
	return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: text}}}
}
