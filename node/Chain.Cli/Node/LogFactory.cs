using System.Globalization;
using Chain.Programs;
using Microsoft.Extensions.Logging;

namespace Chain.Cli;

/// <summary>
/// A log of one line an event, to standard output or to a file: time, level, source, text, in which what peers said is escaped.
/// Made by hand: the usual factory brings a container, options and filters, which cost a starting node more than its store does.
/// </summary>
internal sealed class LogFactory : ILoggerFactory
{
    private readonly TextWriter _output;
    private readonly Lock _gate = new();

    /// <param name="file">Null writes to standard output.</param>
    public LogFactory(string? file) => _output = file is null ? Console.Out : OpenFile(file);

    /// <summary>What the web server says in good order is nobody's news: of it, warnings and worse.</summary>
    public ILogger CreateLogger(string categoryName) => new LineLogger(
        categoryName[(categoryName.LastIndexOf('.') + 1)..],
        categoryName.StartsWith("Microsoft", StringComparison.Ordinal) ? LogLevel.Warning : LogLevel.Information,
        this);

    /// <summary>Not offered: there is one output.</summary>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("This log has one output.");

    public void Dispose()
    {
        lock (_gate) _output.Flush();
    }

    private void Write(string line)
    {
        lock (_gate) _output.WriteLine(line);
    }

    private static StreamWriter OpenFile(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        return new StreamWriter(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            AutoFlush = true,
        };
    }

    private sealed class LineLogger(string source, LogLevel lowest, LogFactory log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= lowest && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var level = logLevel switch
            {
                LogLevel.Information => "info",
                LogLevel.Warning => "warn",
                LogLevel.Error => "error",
                _ => "fatal"
            };
            var text = Printable.Line(formatter(state, exception));
            var line = string.Create(CultureInfo.InvariantCulture,
                $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {level,-5} {source}: {text}");
            var isWhole = exception is null || logLevel < LogLevel.Critical;
            log.Write(isWhole ? line : $"{line}{Environment.NewLine}{Printable.Escape(exception!.ToString())}");
        }
    }
}
