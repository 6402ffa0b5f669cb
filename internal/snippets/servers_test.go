//go:build snippets

package snippets

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// joined are the texts of all snippets, for a server that reads them from one file.
func joined(all []*snippet) string {
	var b strings.Builder
	for _, s := range all {
		b.WriteString(s.text + "\n\n")
	}
	return b.String()
}

func runNginx(t *testing.T, dir string, all []*snippet) {
	port := onePort(all)
	write(t, dir, "logs/error.log", "")
	write(t, dir, "nginx.conf", fmt.Sprintf(`daemon off;
pid nginx.pid;
error_log stderr;
events {}
http {
	access_log off;
	client_body_temp_path body;
	proxy_temp_path proxy;
	fastcgi_temp_path fastcgi;
	uwsgi_temp_path uwsgi;
	scgi_temp_path scgi;
	server {
		listen 127.0.0.1:%d;
%s	}
}
`, port, joined(all)))
	serve(t, dir, []int{port}, "nginx", "-e", "stderr", "-p", dir, "-c", "nginx.conf")
}

func runApache(t *testing.T, dir string, all []*snippet) {
	port := onePort(all)
	libexec, _ := filepath.Glob("/usr/lib/apache2/modules")
	if len(libexec) == 0 {
		t.Fatal("no folder /usr/lib/apache2/modules")
	}
	var load strings.Builder
	for _, module := range []string{"mpm_event", "authz_core", "headers", "rewrite", "alias", "setenvif"} {
		fmt.Fprintf(&load, "LoadModule %s_module %s/mod_%[1]s.so\n", module, libexec[0])
	}
	write(t, dir, "htdocs/index.html", "")
	write(t, dir, "apache.conf", fmt.Sprintf(`%[1]sServerRoot %[2]s
ServerName localhost
Listen 127.0.0.1:%[3]d
PidFile %[2]s/apache.pid
Mutex file:%[2]s
ErrorLog /dev/stderr
DocumentRoot %[2]s/htdocs
%[4]s`, load.String(), dir, port, joined(all)))
	serve(t, dir, []int{port}, "apache2", "-X", "-f", filepath.Join(dir, "apache.conf"))
}

func runCaddy(t *testing.T, dir string, all []*snippet) {
	write(t, dir, "Caddyfile", "{\n\tadmin off\n\tauto_https off\n}\n\n"+joined(all))
	serve(t, dir, portsOf(all), "caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile")
}

func runHAProxy(t *testing.T, dir string, all []*snippet) {
	for _, s := range all {
		s.text = strings.Replace(s.text, "frontend web", "frontend "+s.id, 1)
	}
	write(t, dir, "haproxy.cfg", "defaults\n    timeout client 30s\n    timeout server 30s\n    timeout connect 5s\n\n"+joined(all))
	if out, err := exec.Command("haproxy", "-c", "-f", filepath.Join(dir, "haproxy.cfg")).CombinedOutput(); err != nil {
		t.Fatalf("haproxy -c: %v\n%s", err, out)
	}
	serve(t, dir, portsOf(all), "haproxy", "-db", "-f", "haproxy.cfg")
}
