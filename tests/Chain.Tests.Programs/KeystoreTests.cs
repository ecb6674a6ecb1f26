using System.Text;
using System.Text.Json.Nodes;
using Chain.Primitives;
using Chain.Wallet;

namespace Chain.Tests;

public sealed class KeystoreTests : IDisposable
{
    private static readonly PrivateKey Key = new(
        Hex.Decode("0x05a4d3eb46c742cb8850440145ce70cbc80b59f891cf5f50fd3e9c280b50c4e4"));
    private static readonly KeyDerivation.Scrypt Cheap = new(1024, 8, 1, [1, 2, 3, 4]);

    private readonly string _folder = Directory.CreateTempSubdirectory("chain-keystore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_key_comes_back_from_its_file()
    {
        var text = KeystoreFile.Create(Key, "säsame", Cheap, "alice").ToJson();
        Assert.True(KeystoreFile.Parse(text).IsOk(out var file, out _));
        Assert.Equal(Key.Address, file.Address);
        Assert.Equal("alice", file.Name);
        Assert.True(file.Open("säsame").IsOk(out var opened, out _));
        Assert.Equal(Key.Secret, opened.Secret);
        Assert.DoesNotContain(Convert.ToHexStringLower(Key.Secret), text, StringComparison.OrdinalIgnoreCase);
    }

    // Written by MyCrypto (one of the Ethereum tests' keystores), here so that the format is judged without them.
    [Fact]
    public void A_file_of_another_wallet_opens()
    {
        const string Text = """
            {"version":3,"id":"0eb785e0-340a-4290-9c42-90a11973ee47","address":"460121576cc7df020759730751f92bd62fd78dd6",
             "Crypto":{"ciphertext":"54ae683c6287fa3d58321f09d56e26d94e58a00d4f90bdd95782ae0e4aab618b",
             "cipherparams":{"iv":"681679cdb125bba9495d068b002816a4"},"cipher":"aes-128-ctr","kdf":"scrypt",
             "kdfparams":{"dklen":32,"salt":"c3407f363fce02a66e3c4bf4a8f6b7da1c1f54266cef66381f0625c251c32785","n":8192,"r":8,"p":1},
             "mac":"dea6bdf22a2f522166ed82808c22a6311e84c355f4bbe100d4260483ff675a46"}}
            """;
        Assert.True(KeystoreFile.Parse(Text).IsOk(out var file, out var error), error?.Message);
        Assert.True(file.Open("foobartest121").IsOk(out var key, out _));
        Assert.Equal(Key.Secret, key.Secret);
        Assert.Equal(new KeystoreError.WrongPassword(), file.Open("foobartest12").Error);
    }

    // RFC 7914, section 12.
    [Theory]
    [InlineData("", "", 16, 1, 1,
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
    [InlineData("password", "NaCl", 1024, 8, 16,
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
    public void Scrypt_is_that_of_its_RFC(string password, string salt, int n, int r, int p, string expected)
    {
        var derivation = new KeyDerivation.Scrypt(n, r, p, Encoding.UTF8.GetBytes(salt), 64);
        Assert.Equal(expected, Convert.ToHexStringLower(derivation.Derive(Encoding.UTF8.GetBytes(password))));
    }

    [Fact]
    public void The_standard_file_costs_what_geth_asks_for()
    {
        Assert.Equal((262144, 8, 1, 32),
            (KeyDerivation.Standard().N, KeyDerivation.Standard().R, KeyDerivation.Standard().P,
                KeyDerivation.Standard().Salt.Length));
        Assert.True(KeyDerivation.Standard().IsSlow);
        Assert.False(KeyDerivation.Light().IsSlow);
    }

    [Theory]
    [InlineData("n", 1073741824L, typeof(KeystoreError.TooCostly))]
    [InlineData("n", 4611686018427387904L, typeof(KeystoreError.TooCostly))]
    [InlineData("n", 1000L, typeof(KeystoreError.Malformed))]
    [InlineData("n", 0L, typeof(KeystoreError.Malformed))]
    [InlineData("n", -8L, typeof(KeystoreError.Malformed))]
    [InlineData("r", 9223372036854775807L, typeof(KeystoreError.TooCostly))]
    [InlineData("r", 0L, typeof(KeystoreError.Malformed))]
    [InlineData("p", 1073741824L, typeof(KeystoreError.TooCostly))]
    [InlineData("dklen", 2147483647L, typeof(KeystoreError.TooCostly))]
    [InlineData("dklen", 16L, typeof(KeystoreError.Malformed))]
    public void Absurd_scrypt_parameters_are_refused_before_they_cost_anything(string parameter, long value, Type expected)
    {
        var error = KeystoreFile.Parse(Edited(json => json["crypto"]!["kdfparams"]![parameter] = value)).Error;
        Assert.IsType(expected, error);
        if (expected == typeof(KeystoreError.TooCostly)) Assert.Contains("limit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Absurd_pbkdf2_rounds_and_salts_are_refused()
    {
        var pbkdf2 = KeystoreFile.Create(Key, "x", new KeyDerivation.Pbkdf2(10, [1]));
        Assert.True(pbkdf2.Open("x").IsOk(out _, out _));
        Assert.IsType<KeystoreError.TooCostly>(KeystoreFile.Parse(Edited(json =>
            json["crypto"]!["kdfparams"]!["c"] = 2_000_000_000, pbkdf2)).Error);
        Assert.IsType<KeystoreError.Unsupported>(KeystoreFile.Parse(Edited(json =>
            json["crypto"]!["kdfparams"]!["prf"] = "hmac-md5", pbkdf2)).Error);
        Assert.IsType<KeystoreError.TooCostly>(KeystoreFile.Parse(Edited(json =>
            json["crypto"]!["kdfparams"]!["salt"] = new string('0', 4096))).Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"version":3}""")]
    [InlineData("""{"version":3,"crypto":7}""")]
    [InlineData("""{"version":"3","crypto":{}}""")]
    [InlineData("""{"encseed":"3a7cc8","ethaddr":"0b88d4b324ec24c8c078551e6e5075547157e5b6"}""")]
    public void What_is_no_keystore_file_is_refused(string text) =>
        Assert.IsType<KeystoreError.Malformed>(KeystoreFile.Parse(text).Error);

    [Fact]
    public void A_malformed_field_is_named()
    {
        Assert.Contains("mac", KeystoreFile.Parse(Edited(json => json["crypto"]!["mac"] = "00")).Error!.Message,
            StringComparison.Ordinal);
        Assert.Contains("iv", KeystoreFile.Parse(Edited(json => json["crypto"]!["cipherparams"]!["iv"] = "xyz")).Error!.Message,
            StringComparison.Ordinal);
        Assert.Contains("ciphertext", KeystoreFile.Parse(Edited(json => json["crypto"]!["ciphertext"] = "")).Error!.Message,
            StringComparison.Ordinal);
        Assert.Contains("address", KeystoreFile.Parse(Edited(json => json["address"] = "12")).Error!.Message,
            StringComparison.Ordinal);
        Assert.Contains("aes-256-gcm",
            KeystoreFile.Parse(Edited(json => json["crypto"]!["cipher"] = "aes-256-gcm")).Error!.Message,
            StringComparison.Ordinal);
        Assert.Contains("'1'", KeystoreFile.Parse(Edited(json => json["version"] = 1)).Error!.Message, StringComparison.Ordinal);
        Assert.IsType<KeystoreError.Malformed>(KeystoreFile.Parse(new string(' ', KeystoreFile.MaxBytes + 1)).Error);
    }

    [Fact]
    public void A_file_that_claims_another_address_is_found_out()
    {
        Assert.True(KeystoreFile.Parse(Edited(json => json["address"] = new string('1', 40))).IsOk(out var file, out _));
        Assert.IsType<KeystoreError.BadContent>(file.Open("x").Error);
    }

    [Fact]
    public void A_file_is_named_as_geth_names_it_and_readable_by_its_owner_only()
    {
        var folder = new KeystoreFolder(Path.Combine(_folder, "a", "b"));
        var path = folder.Add(KeystoreFile.Create(Key, "x", Cheap), Key.Address,
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));
        Assert.Equal("UTC--2026-01-02T03-04-05.678000000Z--460121576cc7df020759730751f92bd62fd78dd6", Path.GetFileName(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(folder.Path));
        }

        var entry = Assert.Single(folder.List());
        Assert.Equal(Key.Address, entry.Address);
        Assert.Null(entry.Problem);
    }

    [Fact]
    public void An_existing_file_is_never_overwritten_and_no_passing_file_is_left()
    {
        var path = Path.Combine(_folder, "file");
        File.WriteAllText(path, "mine");
        Assert.Throws<IOException>(() => KeystoreFolder.WriteSecret(path, "other"));
        Assert.Equal("mine", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_keystore_that_never_ends_is_refused_by_name()
    {
        if (!File.Exists("/dev/zero")) return;
        var path = Path.Combine(_folder, "endless");
        File.CreateSymbolicLink(path, "/dev/zero");

        Assert.Contains($"'{path}' is longer than", KeystoreFolder.ReadEntry(path).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_strangers_in_it_lists_them_with_the_reason()
    {
        File.WriteAllText(Path.Combine(_folder, "notes.txt"), "hello");
        File.WriteAllText(Path.Combine(_folder, ".hidden"), "hello");
        File.WriteAllText(Path.Combine(_folder, "huge"), new string(' ', KeystoreFile.MaxBytes + 1));
        File.WriteAllText(Path.Combine(_folder, "UTC--x--460121576cc7df020759730751f92bd62fd78dd6"),
            Edited(json => json.Remove("address")));
        var entries = new KeystoreFolder(_folder).List();
        Assert.Equal(3, entries.Count);
        Assert.Equal(Key.Address, entries[0].Address);
        Assert.NotNull(entries[0].File);
        Assert.Contains($"longer than {KeystoreFile.MaxBytes} bytes", entries[1].Problem, StringComparison.Ordinal);
        Assert.Contains("not JSON", entries[2].Problem, StringComparison.Ordinal);
        Assert.Empty(new KeystoreFolder(Path.Combine(_folder, "nothing here")).List());
    }

    private static string Edited(Action<JsonObject> edit, KeystoreFile? file = null)
    {
        var json = JsonNode.Parse((file ?? KeystoreFile.Create(Key, "x", Cheap)).ToJson())!.AsObject();
        edit(json);
        return json.ToJsonString();
    }
}
