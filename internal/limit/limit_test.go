package limit

import (
	"fmt"
	"testing"
	"time"
)

func TestLimiterForgetsTheOldest(t *testing.T) {
	l := New(1, time.Now)
	for i := range maxClients + 5 {
		if wait := l.Take(fmt.Sprint(i)); wait > 0 {
			t.Fatal(wait)
		}
	}
	if len(l.byClient) != maxClients || l.used.Len() != maxClients {
		t.Errorf("%d clients are kept", len(l.byClient))
	}
	if l.Take(fmt.Sprint(maxClients+4)) == 0 {
		t.Error("the newest was forgotten")
	}
}

func TestClientsAreToldHowLongToWait(t *testing.T) {
	now := time.Unix(0, 0)
	l := New(2, func() time.Time { return now })
	for _, client := range []string{"2001:db8::1", "2001:db8::2"} { // one household
		if wait := l.Take(client); wait != 0 {
			t.Errorf("%s waits %s", client, wait)
		}
	}
	if wait := l.Check("2001:db8::3"); wait != 30*time.Second {
		t.Errorf("2 a minute: waits %s, want 30s", wait)
	}
	if wait := l.Take("::ffff:203.0.113.1"); wait != 0 {
		t.Errorf("another client waits %s", wait)
	}
	now = now.Add(30 * time.Second)
	if wait := l.Take("2001:db8::3"); wait != 0 {
		t.Errorf("after waiting as told: %s more", wait)
	}
	if New(-1, time.Now).Take("x") != 0 {
		t.Error("no limit, and yet one")
	}
}

func TestStateTellsWhatIsLeft(t *testing.T) {
	l := New(2, func() time.Time { return time.Unix(0, 0) })
	for i, want := range []State{{2, 1, 30 * time.Second, 0}, {2, 0, time.Minute, 0}, {2, 0, time.Minute, 30 * time.Second}} {
		if got := l.TakeOf("203.0.113.7"); got != want {
			t.Errorf("try %d: %+v, want %+v", i+1, got, want)
		}
	}
}
