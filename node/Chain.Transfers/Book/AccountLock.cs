using Chain.Primitives;

namespace Chain.Transfers;

/// <summary>
/// Lets one process at a time send from an account on a chain: from the choice of the nonce until the node has answered.
/// An empty file beside the journal; the operating system gives the lock back when its holder ends, however it ends.
/// </summary>
public sealed class AccountLock : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(25);
    private const int Looks = 4_800;

    private readonly FileStream _file;

    private AccountLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock, for two minutes at most.</summary>
    /// <param name="files">The book that the account's transfers are written to.</param>
    /// <param name="account">The sender.</param>
    /// <param name="chainId">The chain.</param>
    /// <param name="waiting">Called once when another process has the lock.</param>
    /// <param name="cancel">Gives up the wait.</param>
    /// <exception cref="BookException">The lock's file cannot be made, or another process keeps it.</exception>
    public static async Task<AccountLock> TakeAsync(BookFiles files, Address account, ulong chainId, Action waiting,
        CancellationToken cancel)
    {
        var path = $"{files.Journal}.{chainId}-{Convert.ToHexStringLower(account.Bytes)}.lock";
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        for (var look = 1; ; look++)
        {
            try
            {
                PrivateFolder.Create(Path.GetDirectoryName(path)!);
                return new AccountLock(new FileStream(path, options));
            }
            catch (IOException e) when (look < Looks && HeldFile.Is(e))
            {
                if (look == 1) waiting();
            }
            catch (IOException e) when (HeldFile.Is(e))
            {
                throw new BookException($"Another program has been sending from {account} for two minutes (it holds "
                    + $"{path}). Nothing was signed; try again when it has ended.", e);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new BookException($"The file {path}, which keeps two programs from sending from {account} at once, "
                    + $"cannot be made: {e.Message.TrimEnd('.')}. Nothing was signed.", e);
            }

            await Task.Delay(LookAgain, cancel).ConfigureAwait(false);
        }
    }

    public void Dispose() => _file.Dispose();
}
