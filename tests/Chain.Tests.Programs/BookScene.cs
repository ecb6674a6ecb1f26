using Chain.Primitives;
using Chain.Transfers;
using Chain.Wallet;

namespace Chain.Tests;

/// <summary>
/// A book in a folder of its own, with transfers of every fate and contacts in it, and ways to damage its files.
/// </summary>
internal sealed class BookScene : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-book-").FullName;

    public BookScene() => Files = new BookFiles(Path.Combine(_folder, "wallet.db"), Path.Combine(_folder, "transfers.jsonl"));

    public BookFiles Files { get; }

    /// <summary>What the book told of what it made anew.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>The book as a program opens it that starts now.</summary>
    public WalletBook Book => new(Files, TimeProvider.System, Notes.Add);

    public string[] SetAside => Directory.GetFiles(_folder, "wallet.db.damaged-*");

    /// <summary>A transfer of dev:0 to itself on chain 1.</summary>
    public static SignedTransfer Signed(ulong nonce)
    {
        var key = DevAccounts.Key(0);
        var unsigned = new UnsignedTransaction
        {
            Type = TransactionType.Legacy,
            ChainId = 1,
            Nonce = nonce,
            MaxFeePerGas = 1,
            MaxPriorityFeePerGas = 1,
            GasLimit = 21_000,
            To = key.Address,
            Value = 1
        };
        return new SignedTransfer(unsigned.WithSignature(key.Sign(unsigned.SigningHash())), key.Address, 1, null,
            TransferPurpose.Send, DateTimeOffset.UnixEpoch, null, "http://127.0.0.1:8545");
    }

    /// <summary>Writes transfers and contacts into the book, as many commands would.</summary>
    public BookScene Fill(int transfers = 6)
    {
        var book = Book;
        for (var i = 0; i < transfers; i++)
        {
            var transfer = Signed((ulong)i);
            book.Add(transfer);
            if (i % 3 == 0) continue;
            book.SetFate(transfer.Hash, i % 2 == 0 ? TransferFate.Unclear : TransferFate.Accepted, "the node said \"so\"",
                later: false);
            if (i % 3 == 2) book.SetFate(transfer.Hash, TransferFate.Mined, "in block 7", later: true);
        }

        book.TryAdd(new Contact("bob", DevAccounts.Key(1).Address));
        book.TryAdd(new Contact("gone", DevAccounts.Key(2).Address));
        book.Remove("GONE");
        book.TryAdd(new Contact("carol", DevAccounts.Key(3).Address));
        return this;
    }

    /// <summary>Everything that the book knows, as text.</summary>
    public static string Describe(BookContents contents) => string.Join('\n',
    [
        .. contents.Transfers.Select(item =>
            $"{item.Hash} {item.From} {item.ChainId} {item.Fate} {item.EndedKnowing} {item.Detail} {item.SignedAt:O}"),
        .. contents.Contacts.Select(contact => $"{contact.Name} {contact.Address}"),
    ]);

    /// <summary>Deletes, truncates, flips bits in, overwrites or empties a file.</summary>
    /// <returns>What was done.</returns>
    public static string Damage(string path, Random random)
    {
        var bytes = File.ReadAllBytes(path);
        switch (random.Next(6))
        {
            case 0:
                File.Delete(path);
                return "deleted";
            case 1:
                var length = random.Next(bytes.Length);
                File.WriteAllBytes(path, bytes[..length]);
                return $"truncated to {length}";
            case 2:
                var garbage = new byte[random.Next(1, 2 * bytes.Length)];
                random.NextBytes(garbage);
                File.WriteAllBytes(path, garbage);
                return $"garbage of {garbage.Length}";
            case 3:
                var (from, count) = (random.Next(bytes.Length), random.Next(1, 4096));
                bytes.AsSpan(from, Math.Min(count, bytes.Length - from)).Clear();
                File.WriteAllBytes(path, bytes);
                return $"{count} zeros from {from}";
            default:
                var flips = random.Next(1, 4);
                var places = new List<int>();
                for (var i = 0; i < flips; i++)
                {
                    var bit = random.Next(8 * bytes.Length);
                    bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                    places.Add(bit);
                }

                File.WriteAllBytes(path, bytes);
                return $"bits {string.Join(',', places)} flipped";
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
