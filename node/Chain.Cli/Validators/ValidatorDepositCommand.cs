using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Consensus;
using Chain.Node.Host;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Cli;

/// <summary>`chain validator deposit`: turns ether into stake.</summary>
internal static class ValidatorDepositCommand
{
    private const string KeyVariable = "CHAIN_PRIVATE_KEY";
    private static readonly UInt256 Tip = 1_000_000_000;

    private static readonly Option<bool> New = new("--new") { Description = "Draw a new key into the key folder and deposit for it" };
    private static readonly Option<string?> Key = new("--key") { Description = "Which key of the folder, by the beginning of its name; needed where there are several" };
    private static readonly Option<string> AmountText = new("--amount") { Description = "How much, in ether", DefaultValueFactory = _ => "32" };
    private static readonly Option<string> Withdrawal = new("--withdrawal") { Description = "The address that gets the stake in the end; it can never be changed", Required = true };
    private static readonly Option<string?> From = new("--from") { Description = $"dev:0 to dev:9, a development account, pays [else the key in --key-file, else the one in {KeyVariable}]" };
    private static readonly Option<FileInfo?> KeyFile = new("--key-file") { Description = "A file with the private key of who pays, 64 hex digits" };

    public static Command Create()
    {
        var command = new Command("deposit", "Send a deposit: a new validator, or more stake for one that there is")
        {
            New, Key, AmountText, Withdrawal, From, KeyFile, ValidatorSession.Data, ValidatorSession.Keys, ValidatorSession.Rpc, ValidatorSession.Yes, ValidatorSession.Json,
        };
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(() => RunAsync(parsed, cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var gwei = ParseGwei(parsed.GetValue(AmountText)!);
        if (!Address.TryParse(parsed.GetValue(Withdrawal)!, out var withdrawal)) throw new UsageException($"--withdrawal '{parsed.GetValue(Withdrawal)}' is not an address (40 hex digits; mixed case must match its EIP-55 checksum).");
        var payer = Payer(parsed);
        var folder = ValidatorSession.KeyFolder(parsed);
        using var node = ValidatorSession.Connect(parsed);
        var rules = (await ValidatorSession.ValidatorsAsync(node, cancellation))["deposits"]!;
        var (chainId, genesis) = await ValidatorSession.IdentityAsync(node, cancellation);
        ValidatorSession.Confirm(parsed, $"{gwei / 1e9:0.#########} ether of {payer.Address} become stake, which goes to {withdrawal} when the validator leaves. Send the deposit?");
        var secret = parsed.GetValue(New) ? Draw(parsed, folder, genesis) : Choose(folder, parsed.GetValue(Key));
        var call = DepositCall.Sign(secret.PrivateKey, secret.Commitment((ulong)rules["randaoOnionLayers"]!), withdrawal, new StakeDomain(genesis));
        var hash = await SendAsync(node, payer, chainId, Address.Parse((string)rules["address"]!), (UInt256)gwei * 1_000_000_000, call.Encode(), cancellation);
        var name = ValidatorKeys.NameOf(secret.Key);
        return ValidatorSession.Tell(
            parsed,
            new JsonObject { ["hash"] = hash.ToString(), ["publicKey"] = "0x" + name, ["gwei"] = gwei, ["withdrawalAddress"] = withdrawal.ToString() },
            $"Sent as {hash}, for key {name}. Once the deposit is in a block the validator is in `chain validator list`; a node that is to act for a new key must be restarted.");
    }

    private static async Task<Hash256> SendAsync(NodeClient node, PrivateKey payer, ulong chainId, Address contract, UInt256 value, byte[] data, CancellationToken cancellation)
    {
        // The estimate says beforehand why the contract would refuse.
        var estimate = new JsonObject { ["from"] = payer.Address.ToString(), ["to"] = contract.ToString(), ["value"] = value.ToQuantity(), ["data"] = Hex.Encode(data) };
        var gas = Convert.ToUInt64((string)(await node.CallAsync("eth_estimateGas", [estimate], cancellation))!, 16);
        var nonce = Convert.ToUInt64((string)(await node.CallAsync("eth_getTransactionCount", [payer.Address.ToString(), "pending"], cancellation))!, 16);
        var head = await node.CallAsync("eth_getBlockByNumber", ["latest", false], cancellation);
        var baseFee = UInt256.Parse((string)head!["baseFeePerGas"]!);
        var unsigned = new UnsignedTransaction
        {
            Type = TransactionType.DynamicFee,
            ChainId = chainId,
            Nonce = nonce,
            MaxPriorityFeePerGas = Tip,
            MaxFeePerGas = (baseFee * 2) + Tip,
            GasLimit = gas,
            To = contract,
            Value = value,
            Data = data,
        };
        var transaction = unsigned.WithSignature(payer.Sign(unsigned.SigningHash()));
        await node.CallAsync("eth_sendRawTransaction", [Hex.Encode(transaction.Encoded.Span)], cancellation);
        return transaction.Hash;
    }

    private static ValidatorSecret Draw(ParseResult parsed, string folder, Hash256 genesis)
    {
        if (parsed.GetValue(ValidatorSession.Data) is not { } data) throw new UsageException("--new needs --data: the new key is made known to that node's signing history.");
        if (!ValidatorKeys.Create(folder).IsOk(out var secret, out var error)) throw new TestnetException(error);
        using var history = SigningHistory.Open(Path.Combine(data.FullName, SigningHistory.FileName), genesis);
        history.RegisterNew(secret.Key);
        return secret;
    }

    private static ValidatorSecret Choose(string folder, string? prefix)
    {
        var fitting = ValidatorSession.LoadKeys(folder).Where(secret => ValidatorKeys.NameOf(secret.Key).StartsWith(prefix ?? "", StringComparison.Ordinal)).ToList();
        return fitting.Count switch
        {
            1 => fitting[0],
            0 => throw new TestnetException($"{folder} holds no key{(prefix is null ? "" : $" that begins with {prefix}")}. Draw one with --new, or name another folder."),
            _ => throw new TestnetException($"{folder} holds {fitting.Count} keys{(prefix is null ? "" : $" that begin with {prefix}")}. Say which with --key, or draw another with --new."),
        };
    }

    private static PrivateKey Payer(ParseResult parsed)
    {
        if (parsed.GetValue(From) is { } name) return DevelopmentAccounts.Find(name) ?? throw new UsageException($"--from '{name}' is none of dev:0 to dev:9. Another account's key comes from --key-file or {KeyVariable}.");
        var (text, where) = parsed.GetValue(KeyFile) is { } file ? (File.ReadAllText(file.FullName), file.FullName) : (Environment.GetEnvironmentVariable(KeyVariable), KeyVariable);
        if (text is null) throw new UsageException($"Nobody pays: name a development account with --from, or give a private key with --key-file or {KeyVariable}.");
        var secret = new byte[PrivateKey.Size];
        return Hex.TryDecode(text.Trim(), secret, out var written) && written == PrivateKey.Size && PrivateKey.TryCreate(secret, out var key) ? key
            : throw new TestnetException($"{where} is not 64 hex digits of a valid secret.");
    }

    private static ulong ParseGwei(string text)
    {
        var number = text.EndsWith("ether", StringComparison.Ordinal) ? text[..^5] : text;
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ether) && ether is > 0 and < 1_000_000_000 && decimal.IsInteger(ether * 1_000_000_000m)
            ? (ulong)(ether * 1_000_000_000m)
            : throw new UsageException($"--amount '{text}' is not an amount of ether with at most nine decimals; write 32 or 1.5.");
    }
}
