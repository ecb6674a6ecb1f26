using Chain.Rules.Stake;
using static Chain.Tests.SigningSample;

namespace Chain.Tests;

public sealed class ValidatorKeysTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-validators-").FullName;

    private string Keys => Path.Combine(_folder, ValidatorKeys.FolderName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_a_folder_there_are_no_keys() => Assert.Empty(ValidatorKeys.Load(Keys).Value);

    [Fact]
    public void A_key_that_was_made_or_added_is_loaded_again()
    {
        var made = ValidatorKeys.Create(Keys).Value;
        var added = ValidatorKeys.Add(Keys, PrivateKeyOf(1)).Value;

        Assert.Equal(KeyOf(1), added.Key);
        Assert.Equal(new[] { made.Key.ToString(), added.Key.ToString() }.Order(),
            ValidatorKeys.Load(Keys).Value.Select(secret => secret.Key.ToString()).Order());
    }

    [Fact]
    public void Many_keys_are_made_or_kept_at_once_in_a_folder_that_has_none()
    {
        var kept = ValidatorKeys.Create(Keys, [PrivateKeyOf(1), PrivateKeyOf(2)]).Value;
        Assert.Equal([KeyOf(1), KeyOf(2)], kept.Select(secret => secret.Key));
        Assert.Contains("holds 2 validator keys already", ValidatorKeys.Create(Keys, 3).Error, StringComparison.Ordinal);

        var drawn = ValidatorKeys.Create(Path.Combine(_folder, "others"), 3).Value;
        Assert.Equal(3, drawn.Select(secret => secret.Key).Distinct().Count());
        Assert.Equal(2, ValidatorKeys.Load(Keys).Value.Length);
    }

    [Fact]
    public void Keys_come_in_the_order_of_their_file_names()
    {
        for (var key = 1; key <= 5; key++) _ = ValidatorKeys.Add(Keys, PrivateKeyOf(key)).Value;

        var names = Directory.GetFiles(Keys).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal);
        Assert.Equal(names, ValidatorKeys.Load(Keys).Value.Select(secret => CompressedHex(secret.Key)));
    }

    [Fact]
    public void A_file_holds_the_private_key_in_hex_and_nothing_else()
    {
        _ = ValidatorKeys.Add(Keys, PrivateKeyOf(1)).Value;

        Assert.Equal(Convert.ToHexStringLower(PrivateKeyOf(1).Secret),
            File.ReadAllText(Assert.Single(Directory.GetFiles(Keys))).Trim());
    }

    [Fact]
    public void Only_its_owner_may_read_a_key()
    {
        if (OperatingSystem.IsWindows()) return;
        _ = ValidatorKeys.Create(Keys).Value;

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Assert.Single(Directory.GetFiles(Keys))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x12")]
    [InlineData("not hex")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void A_malformed_file_is_named_and_what_is_in_it_is_not_said(string content)
    {
        Directory.CreateDirectory(Keys);
        var file = Path.Combine(Keys, "mine.key");
        File.WriteAllText(file, content);

        var error = ValidatorKeys.Load(Keys).Error;

        Assert.Equal($"The validator key {file} is not 64 hex digits of a valid secret. Restore it, or move it away to go on "
            + $"without it.", error);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        Directory.CreateDirectory(Keys);
        var file = Path.Combine(Keys, "mine.key");
        File.CreateSymbolicLink(file, Path.Combine(_folder, "gone"));

        Assert.StartsWith($"The validator key or folder {file} cannot be read:", ValidatorKeys.Load(Keys).Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Two_files_with_one_key_are_both_named()
    {
        _ = ValidatorKeys.Add(Keys, PrivateKeyOf(1)).Value;
        var first = Assert.Single(Directory.GetFiles(Keys));
        var second = Path.Combine(Keys, "zz.key");
        File.Copy(first, second);

        Assert.Equal($"The validator keys {first} and {second} are the same key. Remove one of them.",
            ValidatorKeys.Load(Keys).Error);
    }

    [Fact]
    public void A_key_that_is_there_already_is_not_added_again()
    {
        _ = ValidatorKeys.Add(Keys, PrivateKeyOf(1)).Value;

        Assert.Contains(KeyOf(1).ToString(), ValidatorKeys.Add(Keys, PrivateKeyOf(1)).Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(Keys));
    }

    private static string CompressedHex(Consensus.ValidatorKey key)
    {
        Span<byte> compressed = stackalloc byte[33];
        Primitives.Secp256k1.Compress(key.Bytes, compressed);
        return Convert.ToHexStringLower(compressed);
    }
}
