using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Runs a test on the platforms that libsecp256k1 comes with the program for, and elsewhere where the machine has it.
/// </summary>
public sealed class NativeSecp256k1FactAttribute : FactAttribute
{
    public NativeSecp256k1FactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        var isBundled = RuntimeInformation.OSArchitecture is Architecture.X64 or Architecture.Arm64
            && (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() || OperatingSystem.IsWindows());
        if (!isBundled && !LibSecp256k1.TryLoad(out _, out var reason)) Skip = $"libsecp256k1 does not serve here: {reason}.";
    }
}

public sealed class Secp256k1Tests
{
    // Widely published RFC 6979 answers for secp256k1 with SHA-256: key 1, "Satoshi Nakamoto" and "All those moments ...".
    public static TheoryData<string, string, string> KnownSignatures => new()
    {
        { "0000000000000000000000000000000000000000000000000000000000000001", "Satoshi Nakamoto",
          "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5" },
        { "0000000000000000000000000000000000000000000000000000000000000001",
            "All those moments will be lost in time, like tears in rain. Time to die...",
          "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21" },
        { "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", "Satoshi Nakamoto",
          "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d06b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5" },
        { "f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181", "Alan Turing",
          "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea" },
    };

    [Theory]
    [MemberData(nameof(KnownSignatures))]
    public void Signs_as_published_with_the_nonce_of_RFC_6979(string key, string message, string expected)
    {
        var digest = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(message));
        var signature = new byte[65];

        Assert.True(new BouncyCastleSecp256k1().TrySign(digest, Hex.Decode(key), signature));

        Assert.Equal("0x" + expected, Hex.Encode(signature.AsSpan(0, 64)));
    }

    [Fact]
    public void The_first_development_account_has_its_known_address()
    {
        var key = new PrivateKey(Hex.Decode("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));

        Assert.Equal("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", key.Address.ToString());
        Assert.DoesNotContain("ac0974", key.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [NativeSecp256k1Fact]
    public void The_native_library_serves()
    {
        Assert.Equal("libsecp256k1", Secp256k1.Provider.Name);
        Assert.StartsWith("libsecp256k1 (", Secp256k1.Description, StringComparison.Ordinal);
    }
}
