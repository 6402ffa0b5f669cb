package mcp

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"siteerror/content"
	"siteerror/internal/catalog"
	"siteerror/internal/feed"
	"siteerror/internal/library"
)

// shipped is the shipped library, loaded once for all tests.
var shipped = sync.OnceValues(func() (*library.Library, error) {
	return library.Open(context.Background(), library.Config{
		Sources: func() ([]catalog.Source, func(), error) {
			return []catalog.Source{{FS: content.FS}}, func() {}, nil
		},
		Log: slog.New(slog.DiscardHandler),
	})
})

func serve(t *testing.T) *httptest.Server {
	t.Helper()
	lib, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(New(Config{Library: lib, Site: feed.Site{Title: "siteerror", URL: "http://localhost:8080"}, Version: "test"}))
	t.Cleanup(srv.Close)
	return srv
}

// The official client against the running server: tools, resource, prompts.
func TestClientSession(t *testing.T) {
	srv := serve(t)
	ctx := context.Background()
	session, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(ctx, &sdk.StreamableClientTransport{Endpoint: srv.URL, DisableStandaloneSSE: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	tools, err := session.ListTools(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range tools.Tools {
		names = append(names, tool.Name)
	}
	if got := strings.Join(names, " "); got != "compare diagnose read_page search" {
		t.Errorf("tools = %s; without a checker there is no check_url", got)
	}
	for _, call := range []struct {
		tool string
		args map[string]any
		want string
	}{
		{"search", map[string]any{"query": "queued"}, "202 Accepted"},
		{"read_page", map[string]any{"id": "nginx-499"}, "# 499 Client Closed Request"},
		{"compare", map[string]any{"ids": []string{"403", "401"}}, "Who has to act"},
		{"diagnose", map[string]any{"text": "connect() failed (111: Connection refused) while connecting to upstream"}, "502"},
	} {
		res, err := session.CallTool(ctx, &sdk.CallToolParams{Name: call.tool, Arguments: call.args})
		if err != nil {
			t.Errorf("%s: %v", call.tool, err)
			continue
		}
		text, ok := res.Content[0].(*sdk.TextContent)
		if res.IsError || !ok || !strings.Contains(text.Text, call.want) || res.StructuredContent == nil {
			t.Errorf("%s: %+v", call.tool, res)
		}
	}
	if res, err := session.CallTool(ctx, &sdk.CallToolParams{Name: "read_page", Arguments: map[string]any{"id": "nope"}}); err == nil && !res.IsError {
		t.Error("a page that is not there must be an error")
	}
	page, err := session.ReadResource(ctx, &sdk.ReadResourceParams{URI: "siteerror://codes/502"})
	if err != nil || !strings.Contains(page.Contents[0].Text, "# 502 Bad Gateway") {
		t.Errorf("resource: %v, %v", page, err)
	}
	if p, err := session.GetPrompt(ctx, &sdk.GetPromptParams{Name: "explain_status", Arguments: map[string]string{"code": "502"}}); err != nil || len(p.Messages) == 0 {
		t.Errorf("prompt: %v, %v", p, err)
	}
}

// A message that is too long is refused before it is sent, where the client asks.
func TestLongMessageIsRefusedUnsent(t *testing.T) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(serve(t).URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"+
		"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n", maxBody+1)
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.Contains(line, " 413 ") {
		t.Errorf("%q, %v", line, err)
	}
}

// A page of another site, or a name that was bent to this address, gets nothing.
func TestForeignOriginIsRefused(t *testing.T) {
	srv := serve(t)
	for _, tt := range []struct{ name, host, origin string }{
		{"foreign origin", "", "https://evil.example"}, {"rebound host", "evil.example", ""},
	} {
		r, err := http.NewRequest(http.MethodPost, srv.URL, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = tt.host
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d, want 403", tt.name, resp.StatusCode)
		}
	}
}
