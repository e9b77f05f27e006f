package main

import (
	"os"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// serve mounts a directory of an export and serves it until it is unmounted.
func serve(of export, directory, spec, mountPoint string, readOnly bool) error {
	now, err := of.state()
	if err != nil {
		return err
	}
	// All paths are relative to it: a caller need not be allowed to reach it from the root of the machine.
	if err := os.Chdir(directory); err != nil {
		return err
	}
	syscall.Umask(0)
	root, err := fs.NewLoopbackRoot(".")
	if err != nil {
		return err
	}
	// Without time-outs nothing is kept: what another node wrote is seen at once.
	from := &served{RawFileSystem: fs.NewNodeFS(root, &fs.Options{}), export: of, generation: now.Generation}
	options := &fuse.MountOptions{
		AllowOther:         true,
		EnableLocks:        true,
		FsName:             spec,
		Name:               "nfs",
		DirectMountStrict:  true,
		DisableReadDirPlus: true,
		// Else the kernel reads and writes files by itself, past the state of the export.
		DisabledCapabilities: fuse.CAP_PASSTHROUGH,
	}
	if readOnly {
		options.DirectMountFlags = syscall.MS_RDONLY
	}
	daemon, err := fuse.NewServer(from, mountPoint, options)
	if err != nil {
		return err
	}
	go daemon.Serve()
	if err := daemon.WaitMount(); err != nil {
		return err
	}
	os.Stdout.WriteString(mounted)
	// Both: they are the pipe at whose other end the first process waits.
	os.Stdout.Close()
	os.Stderr.Close()
	daemon.Wait()
	return nil
}

const retryInterval = 100 * time.Millisecond

// served lets each request of a client meet the state of the export, and runs it with its caller's rights.
type served struct {
	fuse.RawFileSystem
	export     export
	generation int
}

// What a request does to the file system.
type kind int

const (
	reads   kind = iota
	changes      // not allowed on a read-only export
	grows        // and takes space
)

func (s *served) do(cancel <-chan struct{}, in *fuse.InHeader, what kind, work func() fuse.Status) fuse.Status {
	now, status := s.answer(cancel)
	if !status.Ok() {
		return status
	}
	if what != reads && now.Fault == "read-only" {
		return fuse.EROFS
	}
	if what == grows && s.export.freeBytes(now) == 0 {
		return fuse.Status(syscall.ENOSPC)
	}
	if now.Fault == "root-squash" && in.Uid == 0 {
		in.Uid, in.Gid = nobody, nobody
	}
	return as(in.Caller, work)
}

// answer waits until the server answers. A client that was killed waits no more.
func (s *served) answer(cancel <-chan struct{}) (state, fuse.Status) {
	for {
		now, err := s.export.state()
		if err != nil || now.Generation != s.generation {
			return now, fuse.Status(syscall.ESTALE)
		}
		if !now.isSilent() {
			return now, fuse.OK
		}
		select {
		case <-cancel:
			return now, fuse.EINTR
		case <-time.After(retryInterval):
		}
	}
}

func (s *served) StatFs(cancel <-chan struct{}, in *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	return s.do(cancel, in, reads, func() fuse.Status {
		status := s.RawFileSystem.StatFs(cancel, in, out)
		now, err := s.export.state()
		if free := s.export.freeBytes(now); err == nil && free >= 0 {
			block := uint64(out.Bsize)
			out.Bfree, out.Bavail = uint64(free)/block, uint64(free)/block
			if now.SizeBytes > 0 {
				out.Blocks = uint64(now.SizeBytes) / block
			}
		}
		return status
	})
}
