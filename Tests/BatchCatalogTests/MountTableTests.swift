import BatchCatalog
import Testing

struct MountTableTests {
    private let table = MountTable(
        text: """
            /dev/sda1 / ext4 rw,relatime 0 0
            proc /proc proc rw 0 0
            server:/export /mnt/nfs nfs4 rw 0 0
            /dev/sdb1 /mnt/nfs/disk xfs rw 0 0
            me@host: /mnt/with\\040blank fuse.sshfs rw 0 0
            //server/share /srv/data cifs rw 0 0
            tmpfs /srv/data tmpfs rw 0 0

            broken
            """
    )

    @Test(arguments: [
        ("/mnt/nfs", true), ("/mnt/nfs/archive", true), ("/mnt/nfs/disk/archive", false), ("/mnt/nfs2", false),
        ("/mnt/with blank/a", true), ("/srv/data/a", false), ("/var/archive", false), ("/", false),
    ])
    func `the file system that holds a path decides`(path: String, isRemote: Bool) {
        #expect(table.isRemote(path) == isRemote)
    }

    @Test func `where nothing is known a path is local`() {
        #expect(!MountTable(text: "").isRemote("/mnt/nfs"))
    }
}
