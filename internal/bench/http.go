package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"time"
)

// website is a running siteerror, or NGINX.
type website struct {
	cmd    *exec.Cmd
	client http.Client
	url    string
}

// serve starts the program on a port of its own, with the corpus as its content; nil where there is no program.
func serve(c *corpus, binary string) (*website, error) {
	if binary == "" {
		return nil, nil
	}
	args := []string{"serve", "--addr", "127.0.0.1:0"}
	if c.dir != "" {
		args = append(args, "--builtin=false", "--content", c.dir)
	}
	w := &website{cmd: exec.Command(binary, args...), client: newClient()}
	log, err := w.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	serving := regexp.MustCompile(`msg=serving url=(http://\S+?)/? `)
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if m := serving.FindStringSubmatch(lines.Text() + " "); m != nil {
			w.url = m[1]
			break
		}
	}
	if w.url == "" {
		w.close()
		return nil, fmt.Errorf("%s did not say where it serves", binary)
	}
	go func() { _, _ = io.Copy(io.Discard, log) }() // ends with the program
	return w, nil
}

// newClient keeps a connection for each reader.
func newClient() http.Client {
	return http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: pageReaders}}
}

// search asks for every text and returns what one costs the server.
func (w *website) search(texts []string) (time.Duration, error) {
	start, err := processCPU(w.cmd.Process.Pid)
	if err != nil {
		return 0, err
	}
	for _, text := range texts {
		resp, err := w.client.Get(w.url + "/api/v1/search?q=" + url.QueryEscape(text))
		if err != nil {
			return 0, err
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return 0, err
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return 0, fmt.Errorf("%q: %s", text, resp.Status)
		}
	}
	end, err := processCPU(w.cmd.Process.Pid)
	return (end - start) / time.Duration(len(texts)), err
}

func (w *website) close() {
	if w == nil {
		return
	}
	_ = w.cmd.Process.Kill()
	_ = w.cmd.Wait()
}
