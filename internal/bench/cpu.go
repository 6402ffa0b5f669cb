package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// cpu is the time that the process has spent on processors, the kernel's and the collector's part included.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // cannot fail for this process
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

const clockThreadCPU = 3 // CLOCK_THREAD_CPUTIME_ID, clock_gettime(2)

// threadCPU is the time that this thread has spent on processors. The caller has locked it.
func threadCPU() time.Duration {
	var ts syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockThreadCPU, uintptr(unsafe.Pointer(&ts)), 0); errno != 0 {
		panic(errno)
	}
	return time.Duration(ts.Nano())
}

// processCPU is the time that another process of this machine has spent on processors, by its threads' schedstat (proc(5)).
func processCPU(pid int) (time.Duration, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(tasks) == 0 {
		return 0, fmt.Errorf("no process %d", pid)
	}
	var sum time.Duration
	for _, name := range tasks {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has ended
		}
		spent, _, _ := strings.Cut(string(data), " ")
		n, err := strconv.ParseInt(spent, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n)
	}
	return sum, nil
}

// each runs do for every text on one thread and returns what each cost, without the collector's part, sorted.
func each(texts []string, do func(string) (int, error)) ([]time.Duration, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	costs := make([]time.Duration, len(texts))
	for i, text := range texts {
		start := threadCPU()
		if _, err := do(text); err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		costs[i] = threadCPU() - start
	}
	slices.Sort(costs)
	return costs, nil
}

// mean runs do for every text and returns what one costs the process.
func mean(texts []string, do func(string) (int, error)) (time.Duration, error) {
	start := cpu()
	for _, text := range texts {
		if _, err := do(text); err != nil {
			return 0, fmt.Errorf("%q: %w", text, err)
		}
	}
	return (cpu() - start) / time.Duration(len(texts)), nil
}

// at is the p-th percentile of sorted values.
func at(sorted []time.Duration, p int) time.Duration {
	return sorted[min(len(sorted)-1, (len(sorted)*p+99)/100-1)]
}

// rounds collects one figure over several rounds.
type rounds []float64

func (r rounds) sorted() []float64 { s := slices.Clone(r); slices.Sort(s); return s }
func (r rounds) median() float64   { s := r.sorted(); return s[len(s)/2] }

// over returns, round by round, how many times r is b.
func (r rounds) over(b rounds) rounds {
	out := make(rounds, len(r))
	for i := range r {
		out[i] = r[i] / b[i]
	}
	return out
}
