using Chain.Programs;
using Chain.Rules.Stake;

namespace Chain.Tests;

/// <summary>Files that are read whole because they are small, and what is no small file under their names.</summary>
public sealed class SmallFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-small").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_up_to_its_bound_is_read_and_a_longer_one_is_refused()
    {
        var path = Path.Combine(_folder, "text");
        File.WriteAllText(path, new string('x', 5000));

        Assert.Equal(5000, SmallFile.ReadText(path, 5000).Length);
        Assert.Contains("longer than 4999 bytes", Assert.Throws<IOException>(() => SmallFile.ReadText(path, 4999)).Message,
            StringComparison.Ordinal);
        Assert.ThrowsAny<IOException>(() => SmallFile.ReadText(path + ".missing", 10));
    }

    [Fact]
    public void A_validator_key_that_never_ends_is_refused_by_name()
    {
        if (!File.Exists("/dev/zero")) return;
        var path = Path.Combine(_folder, "one.key");
        File.CreateSymbolicLink(path, "/dev/zero");

        Assert.False(ValidatorKeys.Load(_folder).IsOk(out _, out var error));
        Assert.Contains(path, error, StringComparison.Ordinal);
    }
}
