// mount.nfs for the nodes of the lab, whose machine may have no NFS client in its kernel: it says and returns what the
// real one does, and then plays client and server by itself, through FUSE. It is called as
//
//	mount.nfs SERVER:/export/NAME[/DIRECTORY] MOUNTPOINT [-o OPTIONS]
//
// It ends when the mount is there; a second process of it serves the mount and ends with it.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Given by the linker.
var (
	// A directory with one directory per export; see export.go.
	exports string
	// The only address at which there is a server.
	server string
)

const (
	exportsPrefix  = "/export/"
	connectTimeout = 15 * time.Second // of the real one: 2 to 3 minutes

	exitUsage = 1
	exitMount = 32

	// In the environment of the second process.
	serving = "LAB_NFS_SERVING"
	// What that one says when it serves.
	mounted = "mounted"
)

func main() {
	if len(os.Args) < 3 {
		fail(exitUsage, "usage: mount.nfs SERVER:/PATH MOUNTPOINT [-o OPTIONS]")
	}
	spec, mountPoint := os.Args[1], os.Args[2]
	directory, found := lookUp(spec)
	if os.Getenv(serving) != "" {
		if err := serve(found, directory, spec, mountPoint, isReadOnly(os.Args[3:])); err != nil {
			fail(exitMount, "mount.nfs: %v", err)
		}
		return
	}
	mount()
}

// lookUp asks the server for a path, and ends the program as the real one does when the server doesn't give it.
func lookUp(spec string) (directory string, found export) {
	host, path, _ := strings.Cut(spec, ":")
	if host != server {
		timeOut()
	}
	rest, isExport := strings.CutPrefix(filepath.Clean(path), exportsPrefix)
	name, below, _ := strings.Cut(rest, "/")
	found = export{dir: filepath.Join(exports, name)}
	state, err := found.state()
	if err != nil || !isExport {
		noSuchPath(spec)
	}
	switch state.Fault {
	case "refused":
		fail(exitMount, "mount.nfs: Connection refused")
	case "unreachable":
		timeOut()
	case "wrong-path":
		noSuchPath(spec)
	case "denied":
		fail(exitMount, "mount.nfs: access denied by server while mounting %s", spec)
	}
	directory = filepath.Join(found.data(), below)
	if info, err := os.Stat(directory); err != nil {
		noSuchPath(spec)
	} else if !info.IsDir() {
		fail(exitMount, "mount.nfs: mount spec %s or point is not a directory", spec)
	}
	return directory, found
}

func timeOut() {
	time.Sleep(connectTimeout)
	fail(exitMount, "mount.nfs: Connection timed out")
}

func noSuchPath(spec string) {
	fail(exitMount, "mount.nfs: mounting %s failed, reason given by server: No such file or directory", spec)
}

func isReadOnly(options []string) bool {
	for _, option := range strings.Split(strings.Join(options, ","), ",") {
		if option == "ro" || option == "-r" {
			return true
		}
	}
	return false
}

// mount starts the second process and waits for its one word: that it serves, or why it can't.
func mount() {
	reader, writer, err := os.Pipe()
	if err != nil {
		fail(exitMount, "mount.nfs: %v", err)
	}
	child := exec.Command("/proc/self/exe", os.Args[1:]...)
	child.Env = append(os.Environ(), serving+"=yes")
	child.Stdout, child.Stderr = writer, writer
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		fail(exitMount, "mount.nfs: %v", err)
	}
	writer.Close()
	if said, _ := io.ReadAll(reader); string(said) != mounted {
		fail(exitMount, "%s", strings.TrimSpace(string(said)))
	}
}

func fail(code int, format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(code)
}
