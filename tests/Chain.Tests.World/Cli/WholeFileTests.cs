using System.Text;
using Chain.Programs;

namespace Chain.Tests;

public sealed class WholeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-whole-").FullName;

    private string Target => Path.Combine(_folder, "file");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_has_its_name_only_once_all_of_it_is_written()
    {
        WholeFile.Write(Target, stream =>
        {
            stream.Write(Encoding.UTF8.GetBytes("all of it"));
            Assert.False(File.Exists(Target));
        });
        Assert.Equal("all of it", File.ReadAllText(Target));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void Nothing_is_left_of_a_file_that_could_not_be_written()
    {
        Assert.Throws<IOException>(() => WholeFile.Write(Target, stream =>
        {
            stream.WriteByte(1);
            throw new IOException("No space left on device");
        }));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void A_file_that_is_there_stays_as_it_is()
    {
        File.WriteAllText(Target, "old");
        Assert.Throws<IOException>(() => WholeFile.Write(Target, stream => stream.WriteByte(1)));
        Assert.Equal("old", File.ReadAllText(Target));
    }
}
