using Chain.Rules.Clique;

namespace Chain.Tests;

public sealed class SignerKeyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-signers-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Keys_that_were_made_are_read_again_and_no_folder_is_used_twice()
    {
        Assert.Empty(SignerKeys.Load(Path.Combine(_folder, "none")).Value!);
        var made = SignerKeys.Create(_folder, 3).Value!;
        Assert.Equal(made.Select(key => key.Address).Order(), SignerKeys.Load(_folder).Value!.Select(key => key.Address).Order());
        Assert.Contains("holds 3 signer keys already", SignerKeys.Create(_folder, 1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_no_key_or_not_the_one_that_its_name_says_is_refused_by_name()
    {
        var made = SignerKeys.Create(_folder, 2).Value!;
        var files = made.Select(key => Path.Combine(_folder, SignerKeys.NameOf(key.Address) + ".key")).ToArray();
        var first = File.ReadAllText(files[0]);

        File.WriteAllText(files[0], File.ReadAllText(files[1]));
        Assert.Contains($"{files[0]} is the key of {made[1].Address}", SignerKeys.Load(_folder).Error, StringComparison.Ordinal);

        File.WriteAllText(files[0], "no key");
        Assert.Contains(files[0], SignerKeys.Load(_folder).Error, StringComparison.Ordinal);

        File.WriteAllText(files[0], first);
        File.WriteAllText(Path.Combine(_folder, "copy.key"), first);
        Assert.Contains("Remove one of them", SignerKeys.Load(_folder).Error, StringComparison.Ordinal);
    }
}
