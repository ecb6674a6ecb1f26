using Chain.Consensus;
using Chain.Consensus.Clique;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Headers of a Clique chain with real seals, and the rules over them. Signers have letters, in the order of their addresses.
/// </summary>
internal sealed class CliqueScene
{
    public static readonly At Now = new(1_800_000_000_000);

    private static readonly PrivateKey[] Keys =
    [
        .. Enumerable.Range(1, 8).Select(i => new PrivateKey(((UInt256)(ulong)(i * 7919)).ToHash256().Bytes))
            .OrderBy(key => key.Address),
    ];

    private readonly Dictionary<Hash256, SealedHeader> _headers = [];
    private readonly Dictionary<Hash256, byte[]> _kept = [];

    public CliqueScene(string signers, ulong epoch = 30_000, ulong period = 1)
    {
        Settings = new CliqueSettings { PeriodSeconds = period, EpochBlocks = epoch };
        Genesis = new SealedHeader(new BlockHeader
        {
            ParentHash = Hash256.Zero,
            Beneficiary = Address.Zero,
            StateRoot = BlockHeader.EmptyTrieRoot,
            TransactionsRoot = BlockHeader.EmptyTrieRoot,
            ReceiptsRoot = BlockHeader.EmptyTrieRoot,
            LogsBloom = Bloom.Empty,
            Difficulty = 1,
            Number = 0,
            GasLimit = 30_000_000,
            GasUsed = 0,
            Timestamp = 1_700_000_000,
            ExtraData = CliqueExtra.Unsealed([], Accounts(signers)),
            BaseFeePerGas = 1_000_000_000,
        });
        Store(Genesis);
        Forget();
    }

    public CliqueSettings Settings { get; }

    public SealedHeader Genesis { get; }

    public SealMemo Seals { get; private set; } = null!;

    public CliqueSnapshots Snapshots { get; private set; } = null!;

    public CliqueHeaderRules Rules { get; private set; } = null!;

    public CliqueBlocks Blocks { get; private set; } = null!;

    /// <summary>How many headers were looked up in the store since memory was empty.</summary>
    public int Lookups { get; private set; }

    public static PrivateKey KeyOf(char letter) => Keys[letter - 'A'];

    public static Address Account(char letter) => KeyOf(letter).Address;

    public static Address[] Accounts(string letters) => [.. letters.Select(Account)];

    /// <summary>The letters of these accounts.</summary>
    public static string Letters(IEnumerable<Address> accounts) =>
        string.Concat(accounts.Select(account => (char)('A' + Array.FindIndex(Keys, key => key.Address == account))));

    /// <summary>Starts again with what the store has.</summary>
    public void Forget()
    {
        Seals = new SealMemo();
        Snapshots = new CliqueSnapshots(Settings, Seals, LookUp, hash => _kept.GetValueOrDefault(hash));
        Rules = new CliqueHeaderRules(Settings, Snapshots, Seals);
        Blocks = new CliqueBlocks(Snapshots, Seals, hash => _headers.GetValueOrDefault(hash));
        Lookups = 0;
    }

    public void Keep(CliqueSnapshot snapshot) => _kept[snapshot.Hash] = CliqueSnapshotCodec.Encode(snapshot);

    public void Store(SealedHeader header) => _headers[header.Hash] = header;

    /// <summary>
    /// A header on this parent, sealed by the signer, as the rules want it unless a test changes it before the seal.
    /// </summary>
    public SealedHeader Seal(SealedHeader parent, char signer, char? voted = null, bool authorize = false,
        string? checkpoint = null, Func<BlockHeader, BlockHeader>? change = null)
    {
        var (before, last) = (Snapshots.Of(parent)!, parent.Header);
        var number = parent.Number + 1;
        var listed = checkpoint is not null ? Accounts(checkpoint)
            : Settings.IsCheckpoint(number) ? before.Signers.ToArray()
            : [];
        var header = new BlockHeader
        {
            ParentHash = parent.Hash,
            Beneficiary = voted is { } letter ? Account(letter) : Address.Zero,
            StateRoot = last.StateRoot,
            TransactionsRoot = BlockHeader.EmptyTrieRoot,
            ReceiptsRoot = BlockHeader.EmptyTrieRoot,
            LogsBloom = Bloom.Empty,
            Difficulty = CliqueHeaderRules.DifficultyOf(before, Account(signer)),
            Number = number,
            GasLimit = last.GasLimit,
            GasUsed = 0,
            Timestamp = last.Timestamp + Settings.PeriodSeconds,
            ExtraData = CliqueExtra.Unsealed([], listed),
            Nonce = authorize ? CliqueVote.NonceAuthorize : CliqueVote.NonceDrop,
            BaseFeePerGas = BaseFee.Next(last.BaseFeePerGas, last.GasUsed, last.GasLimit),
        };
        if (change is not null) header = change(header);
        return new SealedHeader(CliqueSeal.Attach(header, KeyOf(signer).Sign(CliqueSeal.SealHash(header))));
    }

    /// <summary>Checks a header as import does, and stores it when it is good.</summary>
    public HeaderError? Take(SealedHeader header)
    {
        var parent = _headers[header.ParentHash];
        var error = Rules.CheckAgainstParent(header, parent, Now) ?? Rules.CheckSeal(header);
        if (error is null) Store(header);
        return error;
    }

    /// <summary>Good blocks of these signers, one on the other; the last.</summary>
    public SealedHeader Extend(SealedHeader parent, string signers)
    {
        foreach (var signer in signers)
        {
            parent = Seal(parent, signer);
            Assert.Null(Take(parent));
        }

        return parent;
    }

    private SealedHeader? LookUp(Hash256 hash)
    {
        Lookups++;
        return _headers.GetValueOrDefault(hash);
    }
}
