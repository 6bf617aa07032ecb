"""The words of the customer's page, in Indonesian and English, and how times are written in each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from fulfillment.application.notices import ZONE_NAMES

Words = Mapping[str, str]

_DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}

# Where the order stands: a headline, and what it means for the customer.
HEADLINES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "id": {
        "to_pay": ("Menunggu pembayaran", "Barang kami simpan sampai {pay_until}."),
        "received": (
            "Pesanan kami terima",
            "Mohon jangan datang dulu: kami kabari saat barang siap. Perkiraan siap {promise}.",
        ),
        "preparing": (
            "Sedang disiapkan",
            "Mohon jangan datang dulu: kami kabari saat barang siap. Perkiraan siap {promise}.",
        ),
        "ready": ("Siap diambil", "Tunjukkan kode ini kepada petugas toko."),
        "collected": ("Sudah diambil", "Terima kasih. Barang sudah diserahkan."),
        "on_the_way": ("Dalam perjalanan", "Paket sudah berangkat. Perkiraan tiba paling lambat {promise}."),
        "choose": (
            "Mohon pilih",
            "Mohon maaf, toko tidak dapat menyiapkan pesanan ini. Beri tahu kami apa yang Anda inginkan.",
        ),
        "on_hold": ("Sedang kami periksa", "Petugas kami sedang melihat pesanan ini. Kami kabari segera."),
        "uncollected": ("Tidak diambil", "Waktu ambil sudah lewat. Barang kembali ke rak."),
        "cancelled": ("Dibatalkan", "Pesanan ini dibatalkan."),
        "expired": ("Waktu bayar habis", "Pembayaran belum kami terima, jadi barang kami lepas kembali."),
        "unfillable": ("Belum dapat dipenuhi", "Mohon maaf. Petugas kami akan menghubungi Anda."),
    },
    "en": {
        "to_pay": ("Waiting for your payment", "We keep the goods until {pay_until}."),
        "received": (
            "We received your order",
            "Please do not come yet: we write when it is ready. Expected to be ready by {promise}.",
        ),
        "preparing": (
            "Being prepared",
            "Please do not come yet: we write when it is ready. Expected to be ready by {promise}.",
        ),
        "ready": ("Ready to collect", "Show this code to the staff in the store."),
        "collected": ("Collected", "Thank you. The goods were handed over."),
        "on_the_way": ("On its way", "The parcel has left. Expected no later than {promise}."),
        "choose": (
            "Please choose",
            "We are sorry: the store cannot prepare this order. Tell us what you would like instead.",
        ),
        "on_hold": ("We are looking into it", "A person is looking at this order. You will hear from us."),
        "uncollected": ("Not collected", "The time to collect is over. The goods are back on the shelf."),
        "cancelled": ("Cancelled", "This order was cancelled."),
        "expired": (
            "The time to pay is over",
            "No payment reached us in time, so we let the goods go.",
        ),
        "unfillable": ("We cannot supply it yet", "We are sorry. A person will contact you."),
    },
}
# The same for what is sent instead of collected.
DELIVERED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "id": {
        "received": ("Pesanan kami terima", "Perkiraan tiba paling lambat {promise}."),
        "preparing": ("Sedang disiapkan", "Perkiraan tiba paling lambat {promise}."),
    },
    "en": {
        "received": ("We received your order", "Expected no later than {promise}."),
        "preparing": ("Being prepared", "Expected no later than {promise}."),
    },
}

WORDS: Mapping[str, Words] = {
    "id": {
        "title": "Pesanan {order}",
        "skip": "Langsung ke isi",
        "code": "Kode ambil",
        "code_spoken": "Kode ambil: {letters}",
        "qr": "Kode QR berisi kode ambil",
        "where": "Ambil di",
        "until": "Sampai {when}",
        "today": "hari ini {time}",
        "moment": "{day}, {number} {month} {time}",
        "directions": "Petunjuk arah",
        "call": "Telepon {number}",
        "hours": "Jam buka",
        "closed": "tutup",
        "all_day": "24 jam",
        "on_my_way": "Saya dalam perjalanan",
        "is_on_my_way": "Toko sudah tahu Anda dalam perjalanan.",
        "share": "Bagikan ke yang mengambil",
        "share_text": "Kode ambil pesanan {order} di {place}: {code}",
        "share_note": "Keluarga atau pengemudi boleh mengambil dengan kode ini.",
        "your_choices": "Pilihan Anda",
        "choose_until": "Mohon pilih sampai {choose_until}. Sesudah itu pesanan kami batalkan; bila sudah membayar, "
        "uang Anda kembali.",
        "some_found": "Mohon maaf, tidak semua barang ada di toko. Beri tahu kami apa yang Anda inginkan.",
        "part": "Ambil yang ada",
        "pickup_at": "Ambil di {name}",
        "pickup_when": "siap {when}",
        "distance": "{km} km",
        "deliver": "Kirim ke alamat saya",
        "deliver_known": "Kirim ke alamat yang sudah saya berikan",
        "deliver_now": "Kirim ke alamat ini",
        "cancel": "Batalkan pesanan",
        "cancel_sure": "Ya, batalkan seluruh pesanan",
        "recipient": "Nama penerima",
        "phone": "Nomor telepon",
        "street": "Jalan dan nomor",
        "kelurahan": "Kelurahan",
        "kecamatan": "Kecamatan",
        "city": "Kota atau kabupaten",
        "province": "Provinsi",
        "postal_code": "Kode pos",
        "landmark": "Patokan",
        "optional": "{label} (boleh kosong)",
        "goods": "Barang",
        "missing": "Tidak termasuk",
        "parcels": "Paket",
        "parcel": "{carrier}, nomor resi {number}",
        "to_come": "Masih ada paket yang disiapkan.",
        "pay": "Bayar saat terima: {amount}",
        "refund": "Uang Anda akan dikembalikan.",
        "other_language": "English",
        "sending": "Mengirim…",
        "failed": "Tidak terkirim. Periksa sambungan, lalu coba lagi.",
        "gone": "Pilihan itu sudah tidak ada. Ini pilihan yang ada sekarang.",
        "check_field": "Mohon periksa isian ini.",
        "copied": "Tautan disalin.",
        "copy_this": "Salin tautan ini:",
        "offline": "Tidak ada sambungan. Ini keadaan terakhir yang kami tahu.",
        "changed": "Keadaan berubah: {headline}",
        "no_script": "Halaman ini memuat ulang sendiri setiap 30 detik.",
        "lost": "Tautan ini tidak dikenal",
        "lost_note": "Apakah tautannya lengkap? Buka lagi dari pesan yang kami kirim.",
    },
    "en": {
        "title": "Order {order}",
        "skip": "Skip to the content",
        "code": "Pickup code",
        "code_spoken": "Pickup code: {letters}",
        "qr": "QR code that holds the pickup code",
        "where": "Collect at",
        "until": "Until {when}",
        "today": "today {time}",
        "moment": "{day} {number} {month} {time}",
        "directions": "Directions",
        "call": "Call {number}",
        "hours": "Opening hours",
        "closed": "closed",
        "all_day": "24 hours",
        "on_my_way": "I'm on my way",
        "is_on_my_way": "The store knows that you are on your way.",
        "share": "Share with whoever collects",
        "share_text": "Pickup code of order {order} at {place}: {code}",
        "share_note": "Family or a driver may collect with this code.",
        "your_choices": "Your choices",
        "choose_until": "Please choose until {choose_until}. After that we cancel the order; if you have paid, you "
        "get your money back.",
        "some_found": "We are sorry: not everything was in the store. Tell us what you would like.",
        "part": "Take what is there",
        "pickup_at": "Collect at {name}",
        "pickup_when": "ready by {when}",
        "distance": "{km} km",
        "deliver": "Deliver it to me",
        "deliver_known": "Deliver it to the address I gave",
        "deliver_now": "Deliver it to this address",
        "cancel": "Cancel the order",
        "cancel_sure": "Yes, cancel the whole order",
        "recipient": "Recipient",
        "phone": "Phone number",
        "street": "Street and number",
        "kelurahan": "Village (kelurahan)",
        "kecamatan": "District (kecamatan)",
        "city": "City or regency",
        "province": "Province",
        "postal_code": "Postal code",
        "landmark": "Landmark",
        "optional": "{label} (optional)",
        "goods": "Goods",
        "missing": "Not included",
        "parcels": "Parcels",
        "parcel": "{carrier}, tracking number {number}",
        "to_come": "More parcels are being prepared.",
        "pay": "To pay on receipt: {amount}",
        "refund": "Your money will be paid back.",
        "other_language": "Bahasa Indonesia",
        "sending": "Sending…",
        "failed": "That was not sent. Check your connection and try again.",
        "gone": "That choice is gone. These are the choices now.",
        "check_field": "Please check this field.",
        "copied": "The link was copied.",
        "copy_this": "Copy this link:",
        "offline": "No connection. This is the last we know.",
        "changed": "This has changed: {headline}",
        "no_script": "This page reloads by itself every 30 seconds.",
        "lost": "We do not know this link",
        "lost_note": "Is all of it there? Open it again from the message we sent.",
    },
}


def headline(language: str, status: str, method: str) -> tuple[str, str]:
    """The headline of where an order stands, and its explanation."""
    own = DELIVERED[language] if method == "delivery" else {}
    return own.get(status) or HEADLINES[language][status]


def when(at: str, timezone: str, language: str, now: datetime) -> str:
    """A moment on the store's own clock: ``hari ini 14.30 WITA``, ``Selasa, 24 Nov 14.30 WITA``."""
    zone = ZoneInfo(timezone)
    local = datetime.fromisoformat(at).astimezone(zone)
    name = ZONE_NAMES.get(timezone, local.tzname() or timezone)
    time = f"{clock(f'{local:%H:%M}', language)} {name}"
    if local.date() == now.astimezone(zone).date():
        return WORDS[language]["today"].format(time=time)
    return WORDS[language]["moment"].format(
        day=day_name(local.date(), language),
        number=local.day,
        month=_MONTHS[language][local.month - 1],
        time=time,
    )


def clock(time: str, language: str) -> str:
    """14:30 as people there write it."""
    return time.replace(":", ".") if language == "id" else time


def day_name(day: date, language: str) -> str:
    """Monday."""
    return _DAYS[language][day.weekday()]


def money(amount: Mapping[str, str], language: str) -> str:
    """Rp199.000 or IDR 199,000."""
    whole = f"{float(amount['amount']):,.2f}".removesuffix(".00")
    if language == "en" or amount["currency"] != "IDR":
        return f"{amount['currency']} {whole}"
    return "Rp" + whole.translate(str.maketrans(",.", ".,"))
