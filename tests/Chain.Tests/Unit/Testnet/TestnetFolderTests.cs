using Chain.Testnet;

namespace Chain.Tests;

public sealed class TestnetFolderTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("chain-folder-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"version\": 1,")]
    public void A_damaged_manifest_is_refused_with_its_name(string text)
    {
        File.WriteAllText(Path.Combine(_path, "testnet.json"), text);
        Assert.Contains("testnet.json", Assert.Throws<TestnetException>(() => new TestnetFolder(_path).Load()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "error: the file is gone")]
    [InlineData(-1, "logged last")]
    public void A_dead_node_is_explained_by_what_it_wrote_last(int errorAfterLog, string expected)
    {
        var folder = new TestnetFolder(_path);
        Directory.CreateDirectory(folder.NodeFolder(0));
        Assert.Equal("No log was written.", folder.LastWords(0));
        File.WriteAllLines(folder.LogFile(0), ["logged", "logged last"]);
        File.WriteAllLines(folder.ErrorFile(0), ["error: of an older run", "error: the file is gone"]);
        var logged = DateTime.UnixEpoch.AddDays(1);
        File.SetLastWriteTimeUtc(folder.LogFile(0), logged);
        File.SetLastWriteTimeUtc(folder.ErrorFile(0), logged.AddHours(errorAfterLog));
        var said = folder.LastWords(0);
        Assert.EndsWith(expected, said, StringComparison.Ordinal);
        Assert.DoesNotContain("older run", said, StringComparison.Ordinal);
    }
}
