package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

const (
	thePage      = "/codes/502" // which is a large one
	pageRequests = 4000
	pageReaders  = 8 // connections, each of which is kept for all its requests
)

// nginxConfig serves files that were compressed before, as cheaply as NGINX can.
const nginxConfig = `daemon off; master_process off; pid nginx.pid; error_log stderr;
events {}
http {
	access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; types { text/html html; }
	client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
	server { listen %s; root pages; gzip_static on; gzip_vary on; }
}
`

// nginx serves the page of w in the folder dir; nil where no nginx is installed.
func nginx(w *website, dir string) (*website, error) {
	program, err := exec.LookPath("nginx")
	if err != nil {
		return nil, nil
	}
	file := filepath.Join(dir, "pages", thePage+".html")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, err
	}
	for name, coding := range map[string]string{file: "identity", file + ".gz": "gzip"} {
		resp, err := w.get(thePage, coding)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(name, body, 0o644); err != nil {
			return nil, err
		}
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := free.Addr().String()
	free.Close()
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, nginxConfig, addr), 0o644); err != nil {
		return nil, err
	}
	n := &website{cmd: exec.Command(program, "-p", dir, "-c", config), client: newClient(), url: "http://" + addr}
	n.cmd.Stderr = os.Stderr
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	for range 100 {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			return n, conn.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	n.close()
	return nil, fmt.Errorf("%s does not listen on %s", program, addr)
}

// get asks for a page as a browser does, and gets it as it is sent.
func (w *website) get(path, coding string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, w.url+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	req.Header.Set("Accept-Encoding", coding)
	resp, err := w.client.Do(req)
	if err == nil && resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("%s: %s", req.URL, resp.Status)
	}
	return resp, err
}

// page asks for a page again and again, by several at once, and returns what one answer costs the server.
func (w *website) page(path string) (time.Duration, error) {
	start, err := processCPU(w.cmd.Process.Pid)
	if err != nil {
		return 0, err
	}
	errs := make([]error, pageReaders)
	var readers sync.WaitGroup
	for i := range errs {
		readers.Go(func() {
			for range pageRequests / pageReaders {
				var resp *http.Response
				if resp, errs[i] = w.get(path, "gzip"); errs[i] != nil {
					return
				}
				_, errs[i] = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
	readers.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	end, err := processCPU(w.cmd.Process.Pid)
	return (end - start) / pageRequests, err
}
